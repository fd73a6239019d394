"""The router in front of endpoints: an HTTP function that sends each user to the same model through a rollout."""
