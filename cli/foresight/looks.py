"""When simulated judges look."""

import math
from collections.abc import Iterator

_EACH, _GROWTH = 6, 1.1
"""The first periods are looked at one by one; later looks wait for 10 % more, so times are told to within that."""


def looks(first: int, last: int) -> Iterator[int]:
    """Yield the periods after which to look, rising: ``first``, then ever fewer, and ``last``."""
    at = max(1, first)
    while at < last:
        yield at
        at = at + 1 if at < _EACH else max(at + 1, math.floor(at * _GROWTH))
    yield max(last, 1)
