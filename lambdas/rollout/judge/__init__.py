"""The judge: a pure function of counts per period and arm; JUDGE.md's engine for error rates."""
