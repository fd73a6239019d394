"""A good model rolled out and a broken one rolled back, on AWS on loopback, by the tools that a user would use."""
