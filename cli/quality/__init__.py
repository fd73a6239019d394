"""`serinus quality`: how good captured answers were, to whom, and whether requests have changed."""
