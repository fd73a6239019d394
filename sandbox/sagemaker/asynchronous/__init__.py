"""Asynchronous endpoints: a queue in front of the model servers, answers in S3, notifications by SNS."""
