"""Which CloudWatch statistics a guardrail is judged by, and what its periods' values mean.

Source: CloudWatch user guide, "Statistics definitions" (``TC(:x)`` counts the values up to x, x included).
What Serinus's own counters mean is in docs/metrics.md.
"""

from __future__ import annotations

import math
from dataclasses import replace
from operator import sub
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.judge.ladder import LEVELS, Ladder
from lambdas.rollout.judge.tables import Histogram, Observed, Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quantities import Metric, Quantity
from lambdas.rollout.recipes import LATENCY, OBSERVED, OURS, SAGEMAKER, positives, recipe, stat_of, up_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.rollout.guardrails import Guardrail, Spread
    from lambdas.rollout.recipes import Counted, Reading

_MOST = 1e15
"""More than anybody counts in a period, and exact in a float."""
VALUES = {
    "revenue": ("Revenue", False),
    "score": ("Score", False),
    "log_loss": ("LogLoss", True),
    "brier": ("Brier", True),
    "absolute_error": ("AbsoluteError", True),
}
"""What an answer is worth, or how far it is off: the metric's name, and whether higher values are worse."""


class Query(NamedTuple):
    """A quantity of one variant."""

    variant: str
    quantity: Quantity


class Period(NamedTuple):
    """The values of some queries, in their order, in the metric period that starts at ``at``."""

    at: float
    values: tuple[Reading, ...]


def spread_of(guardrail: Guardrail) -> Spread | None:
    """Return the guardrail where it is judged by a whole distribution; None where it is a rate."""
    if guardrail.metric == "latency":
        return guardrail if guardrail.at_most is None else None
    if guardrail.metric == "values":
        return guardrail
    return guardrail if guardrail.metric in VALUES else None  # type: ignore[return-value]  # those are of a Value


def measured(spread: Spread) -> tuple[Metric, bool]:
    """Name the metric of a spread, and tell whether higher values are worse."""
    if spread.metric == "latency":
        return LATENCY, True
    if spread.metric == "values":
        return spread.of, spread.worse == "higher"
    name, higher = VALUES[spread.metric]
    return Metric(OURS, name), higher


def quantile_queries(guardrail: Guardrail) -> tuple[Query, ...]:
    """Ask for stable's sample count and the quantiles that make a ladder, from good to bad."""
    spread = spread_of(guardrail)
    if spread is None:
        return ()
    metric, higher = measured(spread)
    ranks = [100 * level if higher else 100 * (1 - level) for level in LEVELS]
    stats = ["SampleCount", *(f"p{rank:.10g}" for rank in ranks)]
    return tuple(Query(STABLE, stat_of(metric, stat)) for stat in stats)


def queries(guardrail: Guardrail, ladder: Ladder | None, canary: str = CANARY) -> tuple[Query, ...]:
    """Ask for everything that one period of a guardrail needs; nothing for a spread without a ladder.

    ``canary`` is the variant that is judged.
    """
    if (found := recipe(guardrail)) is not None:
        other = [Query(canary, each) for each in found.beside] or [Query(STABLE, each) for each in found.quantities]
        return (*[Query(canary, each) for each in found.quantities], *other)
    if guardrail.metric == "calibration":
        return tuple(Query(canary, each) for each in OBSERVED)
    spread = spread_of(guardrail)
    if spread is None or ladder is None:
        return ()
    metric, higher = measured(spread)
    asked = [Query(variant, stat_of(metric, "SampleCount")) for variant in (STABLE, canary)]
    for variant, times in ((STABLE, 1.0), (canary, spread.margin), (canary, spread.detect)):
        factor = times if higher else 1 / times
        asked += [Query(variant, stat_of(metric, up_to(edge * factor))) for edge in ladder.edges]
    return tuple(asked)


_ROUTED = {
    "Invocations": "RoutedRequests",
    "Invocation5XXErrors": "RoutedErrors",
    "InvocationModelErrors": "RoutedErrors",
    "ModelLatency": "RoutedLatency",
}


def routed(queries: Iterable[Query]) -> tuple[Query, ...]:
    """Ask the router instead of SageMaker, for what SageMaker would be asked.

    SageMaker counts a variant's requests, whoever sent them. Where a step is for the users of a flag, those of the
    canary are such users, and those of stable are not; the router counts those who take part, on both arms.
    """
    return tuple([Query(query.variant, _by_router(query.quantity)) for query in queries])


def _by_router(quantity: Quantity) -> Quantity:
    if quantity.namespace != SAGEMAKER or quantity.name not in _ROUTED:
        return quantity
    return replace(quantity, namespace=OURS, name=_ROUTED[quantity.name])


def table(guardrail: Guardrail, period: Period) -> Table | None:
    """Make a table of the values of `queries`; None where either arm's data is missing, or cannot be.

    An arm without requests has no data: it counts as (0, 0) where the other has some.
    """
    found = recipe(guardrail)
    if found is None:
        return None
    width = len(found.quantities)
    counted = found.counted(period.values[:width]), found.counted(period.values[width : 2 * width])
    canary, stable = map(_arm, counted)
    return Table(period.at, canary, stable) if any(counted) and canary and stable else None


def observed(period: Period) -> Observed | None:
    """Take the values of `queries` on calibration; None where no truth is known, or not what was expected."""
    *confusion, expected = period.values
    arm = _arm(positives(confusion))
    if arm is None or not arm.total or expected is None or expected < 0:
        return None
    return Observed(period.at, arm.bad, arm.total, expected)


def requests(period: Period) -> Table:
    """Make a table of the first two values, the canary's requests and stable's; nothing in it is bad."""
    canary, stable = map(known, period.values[:2])
    return Table(period.at, _arm((0.0, canary or 0.0)) or Arm(0, 0), _arm((0.0, stable or 0.0)) or Arm(0, 0))


def histogram(spread: Spread, ladder: Ladder, period: Period) -> Histogram | None:
    """Make a histogram of the values of `queries`; None where neither arm has data, or from before the ladder.

    An arm without data counts as nothing where the other has some (at full weight stable is silent, and the canary
    must be seen to serve). Where a period has values, an edge without a count has none up to it.
    """
    (_, up), edges = measured(spread), len(ladder.edges)
    if not all(0 <= (value or 0.0) <= _MOST for value in period.values):
        return None
    in_stable, in_canary, *counts = [round(value or 0.0) for value in period.values]
    if not (in_stable or in_canary) or period.at < ladder.since:
        return None
    return Histogram(
        period.at,
        _bins(counts[:edges], in_stable, up=up),
        _bins(counts[edges : 2 * edges], in_canary, up=up),
        _bins(counts[2 * edges :], in_canary, up=up),
    )


def _bins(up_to: Sequence[int], total: int, *, up: bool) -> tuple[int, ...]:
    """Turn counts up to each edge into counts per bin, from the good end."""
    good = up_to if up else [total - count for count in up_to]
    return tuple(map(sub, (*good, total), (0, *good)))


def known(value: float | None) -> Reading:
    """Take a data point for a reading; what is no finite number is none."""
    return value if value is not None and math.isfinite(value) else None


def _arm(counted: Counted) -> Arm | None:
    """Take counts for an arm; None where they are no counts: below none, or beyond all traffic."""
    if counted is None:
        return Arm(0, 0)
    bad, total = counted
    sound = 0 <= bad <= _MOST and 0 <= total <= _MOST
    return Arm(round(min(bad, total)), round(total)) if sound else None
