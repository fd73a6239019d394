"""The bandit: traffic flows to the arm that is best, by what the batches so far have shown (JUDGE.md, section 4)."""
