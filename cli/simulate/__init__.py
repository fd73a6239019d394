"""`simulate`: a plan's rollouts before they happen."""
