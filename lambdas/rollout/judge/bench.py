"""The judge's bench: every guardrail of a plan, each with its share of the error budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from lambdas.rollout.catalogue import (
    Period,
    Query,
    histogram,
    known,
    observed,
    queries,
    requests,
    routed,
    spread_of,
    table,
)
from lambdas.rollout.groups import among
from lambdas.rollout.judge import words
from lambdas.rollout.judge.calibration import CalibrationTest
from lambdas.rollout.judge.fold import Mapped
from lambdas.rollout.judge.rate import RateTest
from lambdas.rollout.judge.spread import SpreadTest
from lambdas.rollout.judge.verdict import Verdict, unheard
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.recipes import REQUESTS

if TYPE_CHECKING:
    from lambdas.rollout.guardrails import Guardrail, Latency, Rate
    from lambdas.rollout.judge.ladder import Ladder
    from lambdas.rollout.judge.tables import Histogram, Observed, Table
    from lambdas.rollout.plan import Plan


class Judgement(NamedTuple):
    """A verdict per guardrail, in the plan's order, and both arms' requests per period (``bad`` is 0 there)."""

    verdicts: tuple[Verdict, ...]
    requests: Sequence[Table]


def split(plan: Plan) -> Mapping[str, float]:
    """Share ``false_rollback`` out evenly over the guardrails, by their keys: the chances of all add up to it.

    Those on groups that stand for one of the environment file share its part. The chance that any of them is wrong
    is at most the sum of theirs, however they hang together (Boole's inequality). A PASS needs every guardrail's
    PASS, so ``false_pass`` is not split.
    """
    parts = {guardrail.key: 1 / among(guardrail) for guardrail in plan.judged}
    each = plan.false_rollback / math.fsum(parts.values())
    return {key: each * part for key, part in parts.items()}


class Bench:
    """Holds the sittings of one rollout, so that what was weighed is not weighed again at the next look.

    A cache, and nothing that a verdict needs: a sitting judges from the whole series.
    """

    def __init__(self) -> None:
        self._sittings: dict[str, Sitting] = {}

    def sitting(self, plan: Plan, ladders: Sequence[Ladder], variant: str = CANARY) -> Sitting:
        """Return the sitting on a plan with what has been measured of stable; ``variant`` is what is judged."""
        sitting = self._sittings.get(variant)
        if sitting is None or not sitting.on(plan, ladders):
            sitting = self._sittings[variant] = Sitting(plan, ladders, variant)
        return sitting


class Sitting:
    """Judges one plan, period by period."""

    def __init__(self, plan: Plan, ladders: Sequence[Ladder], variant: str = CANARY) -> None:
        self._about = (plan, tuple(ladders))
        shares, by_key = split(plan), {ladder.guardrail: ladder for ladder in ladders}
        self._counts: Mapped[Period, Table] = Mapped(requests)
        asked = [Query(each, REQUESTS) for each in (variant, STABLE)]
        self._hearings = []
        for guardrail in plan.judged:
            ladder, first = by_key.get(guardrail.key), len(asked)
            asked += queries(guardrail, ladder, variant)
            span = slice(first, len(asked))
            self._hearings.append(_hearing(guardrail, (shares[guardrail.key], plan.false_pass), ladder, span))
        self.queries, self._take = _asked(plan, asked)

    def on(self, plan: Plan, ladders: Sequence[Ladder]) -> bool:
        """Tell whether this is the sitting on that plan."""
        return self._about == (plan, tuple(ladders))

    def judge(self, periods: Sequence[Period]) -> Judgement:
        """Judge all periods since the rollout began, given with the values of ``queries``, oldest first."""
        taken = self._take(periods)
        return Judgement(tuple([hearing(taken) for hearing in self._hearings]), self._counts(taken))


_Take = Callable[["Sequence[Period]"], "Sequence[Period]"]


def _asked(plan: Plan, asked: Sequence[Query]) -> tuple[tuple[Query, ...], _Take]:
    """Say whom to ask, and how to take the answer: SageMaker, or the router where it splits the traffic.

    A shadow's copies pass no router: a period in which no user met the canary is taken as SageMaker counted it.
    """
    if plan.routing != "sticky":
        return tuple(asked), lambda periods: periods
    if not any(step.shadow for step in plan.steps):
        return routed(asked), lambda periods: periods
    width = len(asked)

    def chosen(period: Period) -> Period:
        return Period(period.at, period.values[:width] if known(period.values[0]) else period.values[width:])

    return (*routed(asked), *asked), Mapped(chosen)


_Hearing = Callable[[Sequence[Period]], Verdict]


def _hearing(guardrail: Guardrail, chances: tuple[float, float], ladder: Ladder | None, span: slice) -> _Hearing:
    """Return what judges one guardrail by its ``span`` of the periods' values."""
    if guardrail.metric == "calibration":
        rows: Mapped[Period, Observed] = Mapped(lambda period: observed(_part(period, span)))
        of_scores = CalibrationTest(guardrail, *chances)
        return lambda periods: of_scores.verdict(rows(periods))
    spread = spread_of(guardrail)
    if spread is None:
        tables: Mapped[Period, Table] = Mapped(lambda period: table(guardrail, _part(period, span)))
        of_rate = RateTest(cast("Rate | Latency", guardrail), *chances)
        return lambda periods: of_rate.verdict(tables(periods))
    if ladder is None:
        silence = unheard(guardrail.key, words.no_ladder(spread), *chances)
        return lambda _: silence
    bins: Mapped[Period, Histogram] = Mapped(lambda period: histogram(spread, ladder, _part(period, span)))
    of_spread = SpreadTest(spread, *chances, ladder)
    return lambda periods: of_spread.verdict(bins(periods))


def _part(period: Period, span: slice) -> Period:
    values = period.values[span]
    # Nearly always all of them are numbers, and there are many.
    whole = None not in values and all(map(math.isfinite, cast("tuple[float, ...]", values)))
    return Period(period.at, values if whole else tuple(map(known, values)))
