"""Netflix's confidence bands on distribution functions, which hold at every look.

Lindon, Sanden, Shirikian, Liu, Mishra and Tingley, *Sequential A/B testing keeps the world streaming* (2024), with
the bands of Howard and Ramdas, *Sequential estimation of quantiles* (Bernoulli 28, 2022), corollary 2: at all t,
``|F_t - F| <= 0.85 sqrt((log log(e t) + 0.8 log(1612/alpha)) / t)`` with probability at least 1 - alpha.
"""

import math

import numpy as np

from benchmarks.judge.latency import Latencies
from benchmarks.judge.looks import first
from benchmarks.judge.streams import ALPHA, Floats, Ints


def stops(latencies: Latencies) -> Ints:
    """Return the looks at which some part of the canary's band lies wholly on the slow side of stable's."""
    canary, mine = _band(latencies.canary.grid, latencies.canary.requests)
    stable, other = _band(latencies.stable.grid, latencies.stable.requests)
    return first((stable - canary).max(axis=2) > mine + other)


def _band(grid: Ints, requests: int) -> tuple[Floats, Floats]:
    """Return the cumulated distribution function, (runs, looks, points), and the band's half-width by look."""
    counts = requests * np.arange(1, grid.shape[1] + 1)
    width = 0.85 * np.sqrt((np.log(np.log(math.e * counts)) + 0.8 * math.log(1612 / (ALPHA / 2))) / counts)
    return np.cumsum(grid, axis=1) / counts[:, None], width
