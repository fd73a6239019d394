"""The verdict on calibration: whether as many answers turn out positive as the scores add up to.

Two one-sided tests, of scores that are too low and (by negatives) too high, each of which may be wrong half as often.
What came true is a sum of independent answers, each with its own chance; such a sum is no more spread than a binomial
of their mean chance (Hoeffding, "On the distribution of the number of successes in independent trials", 1956), so
binomial e-processes hold for it, period by period, whatever is asked in each.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.judge import words
from lambdas.rollout.judge.draws import Draw, times_as_likely
from lambdas.rollout.judge.fold import Fold
from lambdas.rollout.judge.harm import BETWEEN_GROUPS, BETWEEN_GROUPS_PRIOR, Harm, harm
from lambdas.rollout.judge.safety import Safety, still_safe
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.guardrails import Calibration
    from lambdas.rollout.judge.tables import Observed

_LEAST_SHARE = 1e-9
"""Scores of 0 or 1 throughout count as it, so that what was held for impossible is no division by zero."""


class Side(NamedTuple):
    """The evidence on one side; ``proven`` is whether scores were at any time proven to be near enough on it."""

    harm: Harm = Harm(posterior=tuple(map(math.log, BETWEEN_GROUPS_PRIOR)))
    safety: Safety = Safety()
    proven: bool = False


class Weighed(NamedTuple):
    """All that is kept of the periods so far: scores too ``low``, which positives tell, and too ``high``."""

    positive: int = 0
    labelled: int = 0
    expected: float = 0.0
    low: Side = Side()
    high: Side = Side()
    last: float = -1.0


class CalibrationTest:
    """Judges a guardrail on calibration.

    FAIL is wrong with probability at most ``alpha`` over the whole rollout, PASS with at most ``beta``.
    """

    def __init__(self, guardrail: Calibration, alpha: float, beta: float) -> None:
        self._guardrail, self._alpha = guardrail, alpha / 2
        self._harm_bound, self._safety_bound = -math.log(alpha / 2), -math.log(beta)
        self._fold = Fold(self._step, Weighed())

    def _step(self, before: Weighed, row: Observed) -> Weighed:
        share = min(max(row.expected / row.labelled, _LEAST_SHARE), 1 - _LEAST_SHARE)
        return Weighed(
            before.positive + row.positive,
            before.labelled + row.labelled,
            before.expected + row.expected,
            self._side(before.low, row.positive, row.labelled, share),
            self._side(before.high, row.labelled - row.positive, row.labelled, 1 - share),
            row.at,
        )

    def _side(self, before: Side, hits: int, draws: int, share: float) -> Side:
        given = self._guardrail
        draw = Draw(hits, draws, times_as_likely(share, given.margin), None)
        safety = before.safety.drawn(hits, draws, share, given.detect)
        return Side(
            harm(before.harm, draw, self._alpha, given.burst, BETWEEN_GROUPS),
            safety,
            before.proven or self._in_favour(safety) >= self._safety_bound,
        )

    def _in_favour(self, safety: Safety) -> float:
        return safety.evidence / self._guardrail.burst

    def verdict(self, rows: Sequence[Observed]) -> Verdict:
        """Judge all periods since the rollout began; late data simply corrects the next call."""
        weighed = self._fold(rows)
        sides = weighed.low, weighed.high
        in_favour = min(self._in_favour(side.safety) for side in sides)
        safe = all(still_safe(self._in_favour(side.safety), proven=side.proven) for side in sides)
        outcome, why = self._outcome(weighed, safe=safe)
        observed = Arm(weighed.positive, weighed.labelled)
        return Verdict(
            guardrail=self._guardrail.key,
            outcome=outcome,
            sentence=f"{why}: {words.observed(observed, weighed.expected)}",
            canary=observed,
            stable=Arm(round(weighed.expected), weighed.labelled),
            harm=max(side.harm.wealth for side in sides),
            harm_bound=self._harm_bound,
            safety=max(in_favour, self._safety_bound) if safe else in_favour,
            safety_bound=self._safety_bound,
            counted_until=weighed.last,
        )

    def _outcome(self, weighed: Weighed, *, safe: bool) -> tuple[Outcome, str]:
        if not weighed.labelled:
            return Outcome.INCONCLUSIVE, words.NOTHING
        for side, word in ((weighed.low, "low"), (weighed.high, "high")):
            if side.harm.wealth >= self._harm_bound:
                return Outcome.FAIL, words.calibration_failed(self._guardrail, word, self._alpha)
        if safe:
            return Outcome.PASS, words.calibration_passed(self._guardrail)
        return Outcome.INCONCLUSIVE, words.NOT_YET
