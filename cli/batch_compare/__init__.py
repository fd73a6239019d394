"""`batch-compare`: two model versions over the same input, compared like a shadow."""
