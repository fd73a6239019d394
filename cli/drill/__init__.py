"""`drill`: a saboteur canary, to see with one's own eyes that it is taken back."""
