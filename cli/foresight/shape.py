"""How a metric's values spread on stable."""

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import NormalDist

from lambdas.rollout.judge.ladder import LEVELS, Ladder, ladder

_NORMAL = NormalDist()
_P99 = _NORMAL.inv_cdf(0.99)


@dataclass(frozen=True, slots=True)
class Shape:
    """A distribution by its quantiles: lognormal between them, and on beyond the first and the last.

    ``badness`` are the quantiles at ``levels``, rising: the values themselves, or their inverses where lower values
    are worse.
    """

    badness: tuple[float, ...]
    levels: tuple[float, ...] = LEVELS

    @classmethod
    def lognormal(cls, p50: float, p99: float) -> "Shape":
        """Make the lognormal distribution with these two percentiles."""
        sigma = math.log(p99 / p50) / _P99
        return cls(tuple(p50 * math.exp(sigma * _NORMAL.inv_cdf(level)) for level in LEVELS))

    @classmethod
    def measured(cls, quantiles: tuple[float, ...]) -> "Shape | None":
        """Make it of the quantiles at `LEVELS`, from good to bad; None where they do not tell a spread."""
        found = ladder("", 0.0, quantiles)
        if found is None or len(found.edges) < 2 or not all(found.edges):
            return None
        rising = found.edges[-1] > found.edges[0]
        return cls(tuple(edge if rising else 1 / edge for edge in found.edges), found.levels)

    def ladder(self, guardrail: str) -> Ladder:
        """Return the ladder that the judge would measure."""
        return Ladder(guardrail, 0.0, self.badness, self.levels)

    def good(self, badness: float) -> float:
        """Return the share of values that are at least as good as ``badness``."""
        at = min(max(bisect_left(self.badness, badness), 1), len(self.badness) - 1)
        (low, high), (below, above) = self.badness[at - 1 : at + 1], self.levels[at - 1 : at + 1]
        start, end = _NORMAL.inv_cdf(below), _NORMAL.inv_cdf(above)
        part = math.log(badness / low) / math.log(high / low)
        return _NORMAL.cdf(start + part * (end - start))


@cache
def bins(shape: Shape, times: float, worse: float) -> tuple[float, ...]:
    """Return the shares of a canary ``worse`` times as bad, between edges that are ``times`` stable's."""
    shares = (0.0, *(shape.good(edge * times / worse) for edge in shape.badness), 1.0)
    return tuple(after - before for before, after in pairwise(shares))
