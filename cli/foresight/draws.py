"""Random counts, period by period; arrays hold one number per repetition and look."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def generator(*seed: int) -> np.random.Generator:
    """Return random numbers that are the same on each run."""
    return np.random.default_rng(seed)


def bad(rng: np.random.Generator, total: Counts, share: float, burst: float) -> Counts:
    """Draw how many of ``total`` are bad, where one fault makes ``burst`` of them bad."""
    size = max(1, round(burst))
    faults = rng.binomial(total, min(1.0, share) / size)
    return np.minimum(faults * size, total)


def binned(rng: np.random.Generator, total: Counts, shares: Sequence[float]) -> Counts:
    """Draw how ``total`` values fall into bins; the bins are a last axis."""
    return rng.multinomial(total, np.asarray(shares) / sum(shares))
