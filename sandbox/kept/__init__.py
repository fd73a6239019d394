"""What outlives the sandbox's process: with `up --keep` the state of every service lies in its directory."""
