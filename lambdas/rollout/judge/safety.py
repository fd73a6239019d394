"""Evidence that the canary is not worse: the mirrored e-process (JUDGE.md, section 2, 6)."""

import math
from typing import NamedTuple

from lambdas.rollout.judge.harm import log_sum
from lambdas.rollout.judge.tables import Table

_RELATIVE = ((1.0, 0.7), (0.75, 0.3))
"""Rate ratios that a good canary may have, with their weights."""
_ABSOLUTE = ((0.0, 0.4), (0.25, 0.3), (0.5, 0.3))
"""Rates of a good canary as shares of the bound, with their weights."""
_NEVER = -1e9
"""Log of an e-value that has been refuted for good."""


class Safety(NamedTuple):
    """Log e-values so far against "the rate is at least ``detect`` times stable's", one per ratio of `_RELATIVE`."""

    relative: tuple[float, ...] = (0.0,) * len(_RELATIVE)

    def after(self, table: Table, detect: float) -> "Safety":
        """Take one more period into account."""
        if not (table.bad and table.canary.total and table.stable.total):
            return self
        tilted = detect * table.share / (1 + table.share * (detect - 1))
        tilts = [ratio / detect for ratio, _ in _RELATIVE]
        steps = [table.canary.bad * math.log(tilt) - table.bad * math.log1p(tilted * (tilt - 1)) for tilt in tilts]
        return Safety(tuple([log + step for log, step in zip(self.relative, steps, strict=True)]))

    def with_bound(self, bad: int, total: int, bound: float) -> float:
        """Return the log e-value against "at least ``detect`` times stable's, and at least ``bound``".

        Under that null both parts are e-processes, and so is their mean. Where hardly anything fails, only the
        second can ever speak: it asks for requests, not for errors.
        """
        relative = [math.log(w / 2) + log for log, (_, w) in zip(self.relative, _RELATIVE, strict=True)]
        return log_sum([*relative, below(bad, total, bound) - math.log(2)])


def below(bad: int, total: int, bound: float) -> float:
    """Return the log e-value against "the rate is at least ``bound``", which is below 1."""
    return log_sum([math.log(weight) + _below(bad, total, part, bound) for part, weight in _ABSOLUTE])


def _below(bad: int, total: int, part: float, bound: float) -> float:
    """Log likelihood ratio of the rate ``part * bound`` against ``bound``."""
    of_bad = bad * math.log(part) if part else (_NEVER if bad else 0.0)
    return of_bad + (total - bad) * (math.log1p(-part * bound) - math.log1p(-bound))


def ceiling(bad: int, total: int, beta: float) -> float:
    """Return the rate that the canary's is below, wrong with probability at most ``beta`` over all looks; 1 if none.

    Inverts `below`: an e-value that reaches 1/beta against every rate above the ceiling (Ville's inequality).
    """
    low, high = bad / total if total else 1.0, 1.0
    while high - low > 0.01 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if below(bad, total, middle) >= -math.log(beta) else (middle, high)
    return high
