"""The `serinus` command: operating rollouts with the deployed environment's names and the caller's credentials."""
