"""The units of a plan's fields, as their annotations name them."""

BASIS_POINTS = "basis points"
SECONDS = "seconds"
SHARE = "share"
TIMES = "times"
MILLISECONDS = "milliseconds"
FILLED = "filled in"
"""No unit: the field is never written in a file, but follows from others when the file is read."""
