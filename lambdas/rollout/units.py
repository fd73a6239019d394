"""The units of a plan's fields, as their annotations name them."""

BASIS_POINTS = "basis points"
SECONDS = "seconds"
SHARE = "share"
TIMES = "times"
MILLISECONDS = "milliseconds"
