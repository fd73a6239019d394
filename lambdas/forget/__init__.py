"""Clears what functions published, so that Terraform can destroy where it was published to."""
