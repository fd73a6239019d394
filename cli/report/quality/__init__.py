"""The report's section on quality: what captures and truths on this machine tell of a rollout."""
