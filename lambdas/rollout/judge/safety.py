"""Evidence that the canary is not worse: the mirrored e-process (JUDGE.md, section 2, 6)."""

import math
from operator import add
from typing import NamedTuple

from lambdas.rollout.judge.draws import times_as_likely
from lambdas.rollout.judge.harm import log_sum
from lambdas.rollout.judge.tables import Table

_RELATIVE = ((1.0, 0.7), (0.75, 0.3))
"""Rate ratios that a good canary may have, with their weights."""
_ABSOLUTE = ((0.0, 0.4), (0.25, 0.3), (0.5, 0.3))
"""Rates of a good canary as shares of the bound, with their weights."""
_LOG_HALF = math.log(0.5)
_LOG_RELATIVE = tuple([math.log(weight) for _, weight in _RELATIVE])
_LOG_ABSOLUTE = tuple([(part, math.log(part or 1.0), math.log(weight)) for part, weight in _ABSOLUTE])
_NEVER = -1e9
"""Log of an e-value that has been refuted for good."""


class Safety(NamedTuple):
    """Log e-values so far against "the rate is at least ``detect`` times stable's", one per ratio of `_RELATIVE`."""

    relative: tuple[float, ...] = (0.0,) * len(_RELATIVE)

    def after(self, table: Table, detect: float) -> "Safety":
        """Take one more period into account."""
        if not (table.bad and table.canary.total and table.stable.total):
            return self
        return self.drawn(table.canary.bad, table.bad, table.share, detect)

    def drawn(self, hits: int, draws: int, share: float, detect: float) -> "Safety":
        """Take more draws into account; under the null the odds of a hit are ``detect`` times those of ``share``."""
        tilted = times_as_likely(share, detect)
        tilts = [ratio / detect for ratio, _ in _RELATIVE]
        steps = [hits * math.log(tilt) - draws * math.log1p(tilted * (tilt - 1)) for tilt in tilts]
        return Safety(tuple(map(add, self.relative, steps)))

    @property
    def evidence(self) -> float:
        """The log e-value of what was drawn."""
        return log_sum(map(add, _LOG_RELATIVE, self.relative))

    def with_bound(self, bad: int, total: int, bound: float) -> float:
        """Return the log e-value against "at least ``detect`` times stable's, and at least ``bound``".

        Under that null both parts are e-processes, and so is their mean. Where hardly anything fails, only the
        second can ever speak: it asks for requests, not for errors.
        """
        return log_sum([self.evidence, below(bad, total, bound)]) + _LOG_HALF


def still_safe(evidence: float, *, proven: bool) -> bool:
    """Tell whether a canary that was ``proven`` safe at some time is so now, by the log e-value as it stands.

    An e-process that has reached its bound once has refuted its null (Ville's inequality is about its supremum). It
    then wanders, and at 100 %, with no stable to compare with, it stands still wherever that is. What was proven
    holds until the evidence as a whole speaks for the null again.
    """
    return proven and evidence >= 0


def below(bad: int, total: int, bound: float) -> float:
    """Return the log e-value against "the rate is at least ``bound``", which is below 1.

    Mixes the likelihood ratios of rates ``part * bound`` against ``bound``.
    """
    good, at_bound = total - bad, math.log1p(-bound)
    return log_sum(
        [
            weight + (bad * log if part or not bad else _NEVER) + good * (math.log1p(-part * bound) - at_bound)
            for part, log, weight in _LOG_ABSOLUTE
        ]
    )


def ceiling(bad: int, total: int, beta: float) -> float:
    """Return the rate that the canary's is below, wrong with probability at most ``beta`` over all looks; 1 if none.

    Inverts `below`: an e-value that reaches 1/beta against every rate above the ceiling (Ville's inequality).
    """
    low, high = bad / total if total else 1.0, 1.0
    while high - low > 0.01 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if below(bad, total, middle) >= -math.log(beta) else (middle, high)
    return high
