"""A tour of patterns: each really deployed, on AWS on loopback, each with a page of its own."""
