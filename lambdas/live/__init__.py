"""Answers Terraform at plan time: what is live, and may this change go ahead."""
