"""Translations between the core's ports and AWS; they never decide."""
