"""Athena behind `serinus quality`: the same questions, asked of captures that stay in S3."""
