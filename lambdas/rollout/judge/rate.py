"""The verdict on a rate: bad of total, against stable or against a bound."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.groups import about_groups
from lambdas.rollout.judge import words
from lambdas.rollout.judge.draws import against_bound, against_stable, times_as_likely
from lambdas.rollout.judge.fold import Fold
from lambdas.rollout.judge.harm import BETWEEN_GROUPS, BETWEEN_GROUPS_PRIOR, PRIOR, USUAL, Harm, Suspects, harm
from lambdas.rollout.judge.safety import Safety, below, ceiling, still_safe
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.guardrails import Latency, OfGroups, Rate
    from lambdas.rollout.judge.tables import Table

_SEEN_FACTOR = 2.0
"""Requests after which a ``detect``-fold rate is seen with about 90 % power, over Wald's limit on the mean."""
_NOTHING = Arm(0, 0)


class Weighed(NamedTuple):
    """All that is kept of the periods so far; ``proven`` is whether the canary was at any time proven to be safe."""

    canary: Arm = _NOTHING
    stable: Arm = _NOTHING
    harm: Harm = Harm()
    safety: Safety = Safety()
    last: float = -1.0
    proven: bool = False


class Terms(NamedTuple):
    """What a rate may be, as in `lambdas.rollout.guardrails.ErrorRate`.

    There is no verdict on less than ``least`` (of either arm, with ``either``). ``sought`` and ``prior`` are what
    harm is looked for by.
    """

    margin: float
    detect: float
    negligible: float
    at_most: float | None
    burst: float
    least: int = 1
    either: bool = False
    sought: Suspects = USUAL
    prior: tuple[float, ...] = PRIOR


def terms(guardrail: Rate | Latency) -> Terms:
    """Take the terms of a guardrail; a bound on a percentile is one on the share of requests beyond it."""
    if guardrail.metric == "latency":
        return Terms(1.0, guardrail.detect, 0.0, 1 - guardrail.percentile / 100, 1.0)
    if about_groups(guardrail):
        return _between_groups(guardrail)
    return Terms(guardrail.margin, guardrail.detect, guardrail.negligible, guardrail.at_most, guardrail.burst)


def _between_groups(guardrail: OfGroups) -> Terms:
    """Take the terms of a guardrail on groups.

    That a group gets a favourable answer at least ``at_least`` times as often as another means that the other gets
    it at most 1 / ``at_least`` times as often: the same test, with that other group in the place of the canary, and
    the group in that of stable.
    """
    either = guardrail.metric == "disparate_impact"
    if guardrail.metric == "disparate_impact":
        margin, negligible = 1 / guardrail.at_least, 0.0
        detect = guardrail.detect * margin
    else:
        margin, detect, negligible = guardrail.margin, guardrail.detect, guardrail.negligible
    return Terms(
        margin,
        detect,
        negligible,
        at_most=None,
        burst=guardrail.burst,
        least=guardrail.min_group,
        either=either,
        sought=BETWEEN_GROUPS,
        prior=BETWEEN_GROUPS_PRIOR,
    )


class RateTest:
    """Judges one rate guardrail.

    FAIL is wrong with probability at most ``alpha`` over the whole rollout, PASS with at most ``beta``.
    """

    def __init__(self, guardrail: Rate | Latency, alpha: float, beta: float) -> None:
        self._guardrail, self._terms, self._alpha = guardrail, terms(guardrail), alpha
        self._key = guardrail.key
        self._harm_bound, self._safety_bound = -math.log(alpha), -math.log(beta)
        self._fold = Fold(self._step, Weighed(harm=Harm(posterior=tuple(map(math.log, self._terms.prior)))))

    def _step(self, before: Weighed, table: Table) -> Weighed:
        if not (_sound(table.canary) and _sound(table.stable)) or not table.total:
            return before
        at_most, margin = self._terms.at_most, self._terms.margin
        draw = against_stable(table, margin) if at_most is None else against_bound(table, at_most)
        weighed = Weighed(
            canary=before.canary.plus(table.canary),
            stable=before.stable.plus(table.stable),
            harm=harm(before.harm, draw, self._alpha, self._terms.burst, self._terms.sought),
            safety=before.safety.after(table, self._terms.detect),
            last=table.at if self._counted(table.canary, table.stable) else before.last,
            proven=before.proven,
        )
        if weighed.proven or self._in_favour(weighed) < self._safety_bound:
            return weighed
        return weighed._replace(proven=True)

    def verdict(self, tables: Sequence[Table]) -> Verdict:
        """Judge all periods since the rollout began; late data simply corrects the next call."""
        weighed = self._fold(tables)
        in_favour = self._in_favour(weighed)
        safe = still_safe(in_favour, proven=weighed.proven)
        outcome, why = self._outcome(weighed, safe=safe)
        return Verdict(
            guardrail=self._key,
            outcome=outcome,
            sentence=f"{why}: {self._counts(weighed)}",
            canary=weighed.canary,
            stable=weighed.stable,
            harm=weighed.harm.wealth,
            harm_bound=self._harm_bound,
            safety=max(in_favour, self._safety_bound) if safe else in_favour,
            safety_bound=self._safety_bound,
            counted_until=weighed.last,
        )

    def _counted(self, canary: Arm, stable: Arm) -> int:
        """Tell how much there is to judge by: of both arms, where neither is known from before the rollout."""
        return min(canary.total, stable.total) if self._terms.either else canary.total

    def _counts(self, weighed: Weighed) -> str:
        """Show what was counted, without stable's for a fixed bound on what only the canary has."""
        shown = weighed.stable.total or self._terms.at_most is None
        return words.counts(self._guardrail, weighed.canary, weighed.stable if shown else None)

    def _in_favour(self, weighed: Weighed) -> float:
        bad, total = weighed.canary.bad, weighed.canary.total
        if self._terms.at_most is None:
            return weighed.safety.with_bound(bad, total, self._terms.negligible) / self._terms.burst
        return below(bad, total, times_as_likely(self._terms.at_most, self._terms.detect)) / self._terms.burst

    def _outcome(self, weighed: Weighed, *, safe: bool) -> tuple[Outcome, str]:
        guard, given = self._guardrail, self._terms
        if self._counted(weighed.canary, weighed.stable) < given.least:
            return Outcome.INCONCLUSIVE, words.too_few(guard, weighed.canary, weighed.stable)
        if weighed.harm.wealth >= self._harm_bound:
            return Outcome.FAIL, self._failed(weighed)
        if safe:
            return Outcome.PASS, words.rate_passed(guard, self._limit())
        return Outcome.INCONCLUSIVE, words.NOT_YET

    def _failed(self, weighed: Weighed) -> str:
        if self._guardrail.metric == "disparate_impact":
            return words.impact_failed(self._guardrail, weighed.canary, weighed.stable, self._alpha)
        return words.rate_failed(self._guardrail, self._terms.margin, self._terms.at_most, self._alpha)

    def _limit(self) -> str:
        given = self._terms
        if given.at_most is not None:
            return words.percent(times_as_likely(given.at_most, given.detect))
        return f"{given.detect:g} times stable's or {words.percent(given.negligible)}, whichever is more"


def excess(guardrail: Rate | Latency, verdict: Verdict, beta: float) -> float:
    """Bound the share of the canary's answers that are bad beyond what is due; wrong with probability ``beta``."""
    given, counted = terms(guardrail), verdict.canary
    highest = ceiling(round(counted.bad / given.burst), round(counted.total / given.burst), beta)
    return max(0.0, highest - (verdict.stable.rate if given.at_most is None else given.at_most))


def _sound(arm: Arm) -> bool:
    """Whether counts can be true; CloudWatch's sums can arrive in pieces, and then say nothing yet."""
    return 0 <= arm.bad <= arm.total


def requests_to_see(ratio: float, base_rate: float, alpha: float) -> float:
    """Canary requests at which a rate ``ratio`` times ``base_rate`` is nearly always found out; inf at rate 0.

    Twice Wald's limit log(1/alpha)/KL on the mean number of requests (Wald 1945), against a stable rate that
    is known: a small canary share makes it nearly so.
    """
    worse = min(ratio * base_rate, 1.0)
    if not 0.0 < base_rate < worse:
        return math.inf
    divergence = worse * math.log(worse / base_rate)
    if worse < 1.0:
        divergence += (1 - worse) * math.log((1 - worse) / (1 - base_rate))
    return _SEEN_FACTOR * -math.log(alpha) / divergence
