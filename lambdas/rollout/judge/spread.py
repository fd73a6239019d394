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
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.guardrails import Spread
    from lambdas.rollout.judge.tables import Histogram

_SHOWN_LEVEL = 0.95
"""People are shown how much lies beyond stable's 95th percentile."""


class Mixed(NamedTuple):
    """Weighted log e-values so far, one per component of a mixture, and both arms' counts per bin, to learn from."""

    logs: tuple[float, ...]
    canary: tuple[int, ...]
    stable: tuple[int, ...]

    @property
    def log(self) -> float:
        """Log e-value of the mixture."""
        return log_sum(self.logs)


class Components:
    """Likelihood ratios of canaries, bin by bin: those of a family, and last one learned from earlier periods."""

    def __init__(self, ladder: Ladder, *, worse: bool) -> None:
        family, prior = (WORSE, WORSE_PRIOR) if worse else (BETTER, BETTER_PRIOR)
        self._shares, self._worse = ladder.shares, worse
        self._lifted = [_logs_and_gains(ratios(ladder.shares, part, lift)) for part, lift in family]
        nothing = (0,) * len(ladder.shares)
        self.start = Mixed(tuple(map(math.log, prior)), nothing, nothing)

    def after(self, before: Mixed, canary: Sequence[int], stable: Sequence[int]) -> Mixed:
        """Take one more period into account."""
        both = tuple(map(add, canary, stable))
        mine, all_of_it = sum(canary), sum(both)
        if not mine or mine == all_of_it:
            return before
        share = repeat(mine / all_of_it)
        known = _logs_and_gains(learned(self._shares, before.canary, before.stable, rising=self._worse))
        steps = [
            sum(map(mul, canary, logs)) - sum(map(mul, both, map(math.log1p, map(mul, share, gains))))
            for logs, gains in (*self._lifted, known)
        ]
        return Mixed(
            tuple(map(add, before.logs, steps)),
            tuple(map(add, before.canary, canary)),
            tuple(map(add, before.stable, stable)),
        )


def _logs_and_gains(found: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return log r and r - 1 of each ratio."""
    return list(map(math.log, found)), [ratio - 1 for ratio in found]


class Weighed(NamedTuple):
    """All that is kept of the periods so far; arms count what lies beyond stable's 95th percentile."""

    canary: Arm
    stable: Arm
    harm: Mixed
    harmed: float
    safety: Mixed
    last: float


class SpreadTest:
    """Judges one spread guardrail.

    FAIL is wrong with probability at most ``alpha`` over the whole rollout, PASS with at most ``beta``.
    """

    def __init__(self, guardrail: Spread, alpha: float, beta: float, ladder: Ladder) -> None:
        self._guardrail, self._alpha, self._beta = guardrail, alpha, beta
        self._worse, self._better = Components(ladder, worse=True), Components(ladder, worse=False)
        self._shown = next((i for i, level in enumerate(ladder.levels) if level >= _SHOWN_LEVEL), 0)
        self._level = ladder.levels[self._shown]
        nothing = Arm(0, 0)
        start = Weighed(nothing, nothing, self._worse.start, 0.0, self._better.start, -1.0)
        self._fold = Fold(self._step, start)

    def _step(self, before: Weighed, row: Histogram) -> Weighed:
        if any(count < 0 for count in (*row.stable, *row.at_margin, *row.at_detect)):
            return before
        harm = self._worse.after(before.harm, row.at_margin, row.stable)
        return Weighed(
            canary=before.canary.plus(self._tail(row.at_margin)),
            stable=before.stable.plus(self._tail(row.stable)),
            harm=harm,
            harmed=max(before.harmed, harm.log),
            safety=self._better.after(before.safety, row.at_detect, row.stable),
            last=row.at if sum(row.at_margin) else before.last,
        )

    def _tail(self, counts: Sequence[int]) -> Arm:
        return Arm(sum(counts[self._shown + 1 :]), sum(counts))

    def verdict(self, rows: Sequence[Histogram]) -> Verdict:
        """Judge all periods since the rollout began; late data simply corrects the next call."""
        weighed = self._fold(rows)
        harm_bound, safety_bound = -math.log(self._alpha), -math.log(self._beta)
        harm, safety = min(harm_bound, weighed.harmed), weighed.safety.log
        if harm >= harm_bound:
            outcome, why = Outcome.FAIL, words.spread_failed(self._guardrail, self._alpha)
        elif not weighed.canary.total:
            outcome, why = Outcome.INCONCLUSIVE, "nothing has been counted on the canary yet"
        elif safety >= safety_bound:
            outcome, why = Outcome.PASS, words.spread_passed(self._guardrail)
        else:
            outcome, why = Outcome.INCONCLUSIVE, "not enough evidence yet"
        counted = words.tail(self._guardrail, self._level, weighed.canary, weighed.stable)
        return Verdict(
            guardrail=self._guardrail.key,
            outcome=outcome,
            sentence=f"{why}: {counted}",
            canary=weighed.canary,
            stable=weighed.stable,
            harm=harm,
            harm_bound=harm_bound,
            safety=safety,
            safety_bound=safety_bound,
            counted_until=weighed.last,
        )
