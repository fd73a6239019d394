"""One look at a rollout, called by the workflow again and again."""
