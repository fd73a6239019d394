"""The verdict on a spread: a whole distribution, by counts per bin.

For bins b with likelihood ratios r_b of a canary that is worse, a period's e-value is the product over all
requests of r/(1 + rho(r - 1)) for the canary's and 1/(1 + rho(r - 1)) for stable's, rho being the canary's share:
the two-sample e-variable of Turner, Ly and Gruenwald (arXiv 2106.02693), whatever the period's distribution is.
It mixes over `lambdas.rollout.judge.ladder.WORSE`, and over ratios learned from the periods before, for canaries
and days that are like none of these. The ratios rise with the bins, so each of the canary's values
that is better, and each of stable's that is worse, makes it smaller: the bound holds for every canary that is no
worse in any quantile.
"""

from __future__ import annotations

import math
from itertools import repeat
from operator import add, mul
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.judge import words
from lambdas.rollout.judge.fold import Fold
from lambdas.rollout.judge.harm import log_sum
from lambdas.rollout.judge.ladder import BETTER, BETTER_PRIOR, WORSE, WORSE_PRIOR, Ladder, learned, ratios
from lambdas.rollout.judge.safety import still_safe
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.guardrails import Spread
    from lambdas.rollout.judge.tables import Histogram

_SHOWN_LEVEL = 0.95
"""People are shown how much lies beyond stable's 95th percentile."""


Bins = tuple[int, ...]
Logs = tuple[float, ...]


class Components(NamedTuple):
    """Canaries that there might be: log r of each bin's likelihood ratio r for each of them, and r - 1 for all.

    The latter stand in one row, so that a period is weighed by few calls.
    """

    logs: tuple[Logs, ...]
    gains: Logs

    def plus(self, other: Components) -> Components:
        """Add others."""
        return Components(self.logs + other.logs, self.gains + other.gains)


def components(*found: Sequence[float]) -> Components:
    """Make components of their likelihood ratios."""
    logs = tuple([tuple(map(math.log, ratios)) for ratios in found])
    return Components(logs, tuple([ratio - 1 for ratios in found for ratio in ratios]))


def after(before: Logs, given: Components, canary: Bins, stable: Bins) -> Logs:
    """Take one more period into the weighted log e-values of the components; their `log_sum` is the mixture's."""
    both = tuple(map(add, canary, stable))
    mine, all_of_it = sum(canary), sum(both)
    if not mine or mine == all_of_it:
        return before
    # Each component's sum takes its own bins off this one row: `map` asks `both` first, and stops at its end.
    tolls = map(math.log1p, map(mul, repeat(mine / all_of_it), given.gains))
    return tuple(
        [
            log + sum(map(mul, canary, logs)) - sum(map(mul, both, tolls))
            for log, logs in zip(before, given.logs, strict=True)
        ]
    )


class Weighed(NamedTuple):
    """All that is kept of the periods so far: both arms' bins (the canary's on the margin's edges) and e-values."""

    canary: Bins
    stable: Bins
    harm: Logs
    harmed: float
    safety: Logs
    last: float
    proven: bool = False


class SpreadTest:
    """Judges one spread guardrail.

    FAIL is wrong with probability at most ``alpha`` over the whole rollout, PASS with at most ``beta``.
    """

    def __init__(self, guardrail: Spread, alpha: float, beta: float, ladder: Ladder) -> None:
        self._guardrail, self._alpha, self._shares = guardrail, alpha, ladder.shares
        self._key, self._harm_bound, self._safety_bound = guardrail.key, -math.log(alpha), -math.log(beta)
        self._worse = components(*(ratios(ladder.shares, part, lift) for part, lift in WORSE))
        self._better = components(*(ratios(ladder.shares, part, lift) for part, lift in BETTER))
        self._shown = next((i for i, level in enumerate(ladder.levels) if level >= _SHOWN_LEVEL), 0)
        self._level = ladder.levels[self._shown]
        nothing = (0,) * len(ladder.shares)
        harm, safety = (tuple(map(math.log, prior)) for prior in (WORSE_PRIOR, BETTER_PRIOR))
        self._fold = Fold(self._step, Weighed(nothing, nothing, harm, 0.0, safety, -1.0))

    def _step(self, before: Weighed, row: Histogram) -> Weighed:
        if min(row.stable) < 0 or min(row.at_margin) < 0 or min(row.at_detect) < 0:
            return before
        known = self._worse.plus(components(learned(self._shares, before.canary, before.stable)))
        harm = after(before.harm, known, row.at_margin, row.stable)
        safety = after(before.safety, self._better, row.at_detect, row.stable)
        return Weighed(
            canary=tuple(map(add, before.canary, row.at_margin)),
            stable=tuple(map(add, before.stable, row.stable)),
            harm=harm,
            harmed=max(before.harmed, log_sum(harm)),
            safety=safety,
            last=row.at if any(row.at_margin) else before.last,
            proven=before.proven or log_sum(safety) >= self._safety_bound,
        )

    def _tail(self, counts: Sequence[int]) -> Arm:
        return Arm(sum(counts[self._shown + 1 :]), sum(counts))

    def verdict(self, rows: Sequence[Histogram]) -> Verdict:
        """Judge all periods since the rollout began; late data simply corrects the next call."""
        weighed = self._fold(rows)
        harm, safety = min(self._harm_bound, weighed.harmed), log_sum(weighed.safety)
        safe = still_safe(safety, proven=weighed.proven)
        canary, stable = self._tail(weighed.canary), self._tail(weighed.stable)
        if harm >= self._harm_bound:
            outcome, why = Outcome.FAIL, words.spread_failed(self._guardrail, self._alpha)
        elif not canary.total:
            outcome, why = Outcome.INCONCLUSIVE, words.NOTHING
        elif safe:
            outcome, why = Outcome.PASS, words.spread_passed(self._guardrail)
        else:
            outcome, why = Outcome.INCONCLUSIVE, words.NOT_YET
        return Verdict(
            guardrail=self._key,
            outcome=outcome,
            sentence=f"{why}: {words.tail(self._guardrail, self._level, canary, stable)}",
            canary=canary,
            stable=stable,
            harm=harm,
            harm_bound=self._harm_bound,
            safety=max(safety, self._safety_bound) if safe else safety,
            safety_bound=self._safety_bound,
            counted_until=weighed.last,
        )
