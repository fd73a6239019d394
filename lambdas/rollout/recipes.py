"""How a guardrail's bad and total are counted, from which quantities: a recipe for each that is judged as a rate.

Source: SageMaker developer guide, "Endpoint invocation metrics" (model errors include the 5xx among them, so the
larger counts, never the sum; both are 0 or 1 per request, so a period with requests and without either is
incomplete). What Serinus's own counters mean is in docs/metrics.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout import groups
from lambdas.rollout.quantities import Metric, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdas.rollout.guardrails import Counts, Guardrail, Latency, OfGroups

Reading = float | None
"""A statistic of one period; None where CloudWatch has no data point, or one that is not a number."""
Counted = tuple[float, float] | None
"""Bad and total; None where a period has no data."""

SAGEMAKER, OURS = "AWS/SageMaker", "Serinus"
LATENCY = Metric(SAGEMAKER, "ModelLatency")
"""Microseconds."""


class Recipe(NamedTuple):
    """How bad and total come from some quantities of a variant.

    They are compared with the same of stable, or with ``beside``, which are of the variant itself.
    """

    quantities: tuple[Quantity, ...]
    counted: Callable[[Sequence[Reading]], Counted]
    beside: tuple[Quantity, ...] = ()


def _sum(name: str, namespace: str = OURS) -> Quantity:
    return Quantity(namespace=namespace, name=name)


REQUESTS = _sum("Invocations", SAGEMAKER)
_ERRORS = (REQUESTS, _sum("Invocation5XXErrors", SAGEMAKER), _sum("InvocationModelErrors", SAGEMAKER))
_CONFUSION = tuple(map(_sum, ("TruePositives", "FalsePositives", "FalseNegatives", "TrueNegatives")))
OBSERVED = (*_CONFUSION, _sum("ExpectedPositives"))
"""What calibration is judged by, of the variant alone."""


def _errors(values: Sequence[Reading]) -> Counted:
    total, *errors = values
    known = [count for count in errors if count is not None]
    if total is None or not known:
        return (0.0, 0.0) if total == 0 else None
    return max(known), total


def _among(bad: tuple[int, ...], total: tuple[int, ...]) -> Callable[[Sequence[Reading]], Counted]:
    """Add up the counters at some places; one that is missing is 0 where another one is there."""

    def counted(values: Sequence[Reading]) -> Counted:
        if all(value is None for value in values):
            return None
        return sum(values[i] or 0.0 for i in bad), sum(values[i] or 0.0 for i in total)

    return counted


_TP, _FP, _FN, _TN = range(4)
_QUALITY = {
    "accuracy": Recipe(_CONFUSION, _among((_FP, _FN), (_TP, _FP, _FN, _TN))),
    "precision": Recipe(_CONFUSION, _among((_FP,), (_TP, _FP))),
    "recall": Recipe(_CONFUSION, _among((_FN,), (_TP, _FN))),
    "f1": Recipe(_CONFUSION, _among((_FP, _FN), (_TP, _FP, _FN))),
    "auc": Recipe(tuple(map(_sum, ("DiscordantPairs", "ConcordantPairs"))), _among((0,), (0, 1))),
    "conversion": Recipe(tuple(map(_sum, ("Losses", "Conversions"))), _among((0,), (0, 1))),
}


positives = _among((_TP, _FN), (_TP, _FP, _FN, _TN))
"""Count what truly is positive, of all whose truth is known."""


def _own(guardrail: Counts) -> Recipe:
    def counted(values: Sequence[Reading]) -> Counted:
        bad, total = values
        if total is None or (bad is None and not guardrail.sparse):
            return None
        return bad or 0.0, total

    return Recipe((guardrail.bad, guardrail.total), counted)


def _slow(guardrail: Latency) -> Recipe:
    edge = 1000.0 * (guardrail.at_most or 0)

    def counted(values: Sequence[Reading]) -> Counted:
        total, quick = values
        return None if total is None else (total - (quick or 0.0), total)

    return Recipe((stat_of(LATENCY, "SampleCount"), stat_of(LATENCY, up_to(edge))), counted)


def _decided(values: Sequence[Reading]) -> Counted:
    bad, total = values
    return None if total is None else (bad or 0.0, total)


def _favourable(values: Sequence[Reading]) -> Counted:
    bad, total = values
    return None if total is None else (total - (bad or 0.0), total)


def _of_group(guardrail: OfGroups) -> Recipe:
    """Count a group's bad answers; for a disparate impact the favourable ones, of the other group and of this."""
    if guardrail.metric == "disparate_impact":
        judged, other = (groups.counters(groups.DECISIONS, each) for each in (guardrail.group, guardrail.against))
        return Recipe(other, _favourable, beside=judged)
    asked = groups.counters(groups.named(guardrail), guardrail.group)
    return Recipe(asked, _decided if guardrail.metric == "demographic_parity" else _among((0,), (0, 1)))


def recipe(guardrail: Guardrail) -> Recipe | None:
    """Say how a guardrail's bad and total are counted; None for one that is judged as a spread."""
    if groups.about_groups(guardrail):
        return _of_group(guardrail)
    if guardrail.metric == "error_rate":
        return Recipe(_ERRORS, _errors)
    if guardrail.metric == "counts":
        return _own(guardrail)
    if guardrail.metric == "latency":
        return None if guardrail.at_most is None else _slow(guardrail)
    return _QUALITY.get(guardrail.metric)


def stat_of(metric: Metric, stat: str) -> Quantity:
    """Ask for one statistic of a metric."""
    return Quantity(metric.namespace, metric.name, metric.dimensions, stat)


def up_to(edge: float) -> str:
    """Write a bound in full: CloudWatch takes up to ten decimals and documents no exponents."""
    digits = f"{edge:.10f}".rstrip("0").rstrip(".")
    return f"TC(:{digits})"
