"""Whether a model answers well: its answers against what turned out to be true, for everybody and for each group."""
