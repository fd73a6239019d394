"""A ladder: the edges that cut a metric's values into bins, and how bad canaries spread over them.

The edges are quantiles of stable's own values from before the rollout, so each bin's share is known. A worse
canary moves values up the ladder. Its bins' likelihood ratios come from a family that needs nothing but those
shares: with P(stable > x) = S, a part ``part`` of the canary's values has P(value > x) = S^(1/lift), the rest
stable's own (Lehmann 1953). The ratios rise from bin to bin, so a canary that is better in every quantile is
never blamed.
"""

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

LEVELS = (0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
"""Quantiles of stable's values that make the edges, from good to bad."""
WORSE = ((1.0, 1.04), (1.0, 1.08), (1.0, 1.2), (1.0, 1.45), (1.0, 2.0), (1.0, 4.0), (0.05, 2.0), (0.05, 4.0))
"""(part, lift) of canaries that are worse: all of their values somewhat, or some of them much. For lognormal
latencies (sigma 0.2 to 1.2) that are 10 % to 200 % higher, or whose worst 1 to 30 % are 1.5 to 10 times as high, one
of them has at least three quarters of the information that there is (tests/rollout/test_judge_spread.py)."""
WORSE_PRIOR = (0.06, 0.10, 0.22, 0.20, 0.10, 0.06, 0.10, 0.08, 0.08)
"""Their weights, and last that of the ratios that are learned: most on what is neither plain nor hard to see."""
BETTER = ((1.0, 0.8), (1.0, 0.6), (1.0, 0.4), (1.0, 0.2))
"""The same for canaries that are better than what is to be ruled out."""
BETTER_PRIOR = (0.25,) * 4
_LEAST = 1e-6
"""A likelihood ratio of 0 would refute a component for good, by one request."""

_PRIOR = 100
"""Values that each arm is taken to have had before the first period, so that a few do not make a law."""


class Ladder(NamedTuple):
    """The edges of one guardrail's bins, measured on stable.

    ``edges`` go from good values to bad ones, ``levels`` are the shares of values at least as good as each. Periods
    from ``since`` on (seconds since the epoch) are judged by it.
    """

    guardrail: str
    since: float
    edges: tuple[float, ...]
    levels: tuple[float, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Stable's share of each bin, one more than edges."""
        return tuple(after - before for before, after in pairwise((0.0, *self.levels, 1.0)))


def ladder(guardrail: str, since: float, quantiles: tuple[float, ...]) -> Ladder | None:
    """Make a ladder of the quantiles at `LEVELS`, in the order of `LEVELS`; None where they cannot be edges.

    Equal quantiles (many equal values) are one edge, at the highest of their levels.
    """
    falling = len(quantiles) > 1 and quantiles[-1] < quantiles[0]
    signed = [-quantile for quantile in quantiles] if falling else list(quantiles)
    if not all(0 <= edge < math.inf for edge in quantiles) or signed != sorted(signed):
        return None
    edges = dict(zip(quantiles, LEVELS, strict=True))
    return Ladder(guardrail, since, tuple(edges), tuple(edges.values()))


def ratios(shares: tuple[float, ...], part: float, lift: float) -> tuple[float, ...]:
    """Return each bin's likelihood ratio for a canary of which ``part`` is lifted; none is 0 or infinite."""
    kept = [max(1 - below, 0.0) for below in accumulate(shares)][:-1]
    lifted = [left ** (1 / lift) for left in (1.0, *kept, 0.0)]
    masses = [before - after for before, after in pairwise(lifted)]
    return tuple(max(1 - part + part * mass / share, _LEAST) for mass, share in zip(masses, shares, strict=True))


def learned(shares: tuple[float, ...], canary: Sequence[int], stable: Sequence[int]) -> tuple[float, ...]:
    """Return each bin's likelihood ratio as counted so far, rising from bin to bin.

    Both arms begin with `_PRIOR` values that lie as ``shares`` say. Bins out of order are pooled (isotonic
    regression; Barlow et al. 1972).
    """
    mine = [_PRIOR * share + count for share, count in zip(shares, canary, strict=True)]
    theirs = [_PRIOR * share + count for share, count in zip(shares, stable, strict=True)]
    scale = sum(theirs) / sum(mine)
    pools: list[tuple[float, float, int]] = []
    for c, s in zip(mine, theirs, strict=True):
        pool = (c, s, 1)
        while pools and pools[-1][0] * pool[1] > pool[0] * pools[-1][1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    return tuple([scale * c / s for c, s, size in pools for _ in range(size)])
