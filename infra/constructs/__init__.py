"""Reusable constructs: what they make is told by their arguments alone."""
