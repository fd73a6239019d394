"""Comparing what stable and canary answer to the same requests: pure, and the same for captures and batches."""
