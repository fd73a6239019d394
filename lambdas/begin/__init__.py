"""Starts a rollout when its endpoint comes into service."""
