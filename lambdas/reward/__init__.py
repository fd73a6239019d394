"""The `reward` function: rewards by HTTP, from a stream or from a queue."""
