"""Annotations that tell the reader where a field's value comes from, when not from a key of its own."""

from enum import Enum


class Marker(Enum):
    """Where the value of a field comes from.

    ``KEY``: the key under which the object stands. ``KEYED``: a mapping, whose keys become the elements' ``KEY``.
    ``INLINE``: the keys beside it, in the same mapping. ``FILLED``: none; it follows from the rest of the file.
    """

    KEY = "key"
    KEYED = "keyed"
    INLINE = "inline"
    FILLED = "filled in"
