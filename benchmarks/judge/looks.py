"""When a judge rolls back: the number of the look (from 0), or the number of looks where it never does."""

import numpy as np
import numpy.typing as npt

from benchmarks.judge.streams import Ints

Hits = npt.NDArray[np.bool_]


def first(hits: Hits) -> Ints:
    """Return the first hit of each row; for a row without one, its length."""
    return np.asarray(np.where(hits.any(axis=1), hits.argmax(axis=1), hits.shape[1]))


def last_of(hits: Hits, breaches: int, window: int) -> Hits:
    """Say where at least ``breaches`` of the last ``window`` looks, this one included, were hits."""
    counted = np.cumsum(hits, axis=1)
    before = np.zeros_like(counted)
    before[:, window:] = counted[:, :-window]
    return np.asarray(counted - before >= breaches)


def nth(hits: Hits, count: int) -> Ints:
    """Return the look of each row's ``count``-th hit; for a row with fewer, its length."""
    return first(np.cumsum(hits, axis=1) >= count)
