"""What a guardrail reads of CloudWatch, as an alarm would: a wrong name gives either no data."""

from collections.abc import Iterator

from infra.checks.alarms.definition import AlarmDefinition, Reading
from infra.spec.rollout import Bound
from lambdas.rollout.guardrails import Counts, Guardrail, Values
from lambdas.rollout.quantities import Metric, Quantity

_PERIOD = 60


def read_by(guardrail: Guardrail | Bound) -> AlarmDefinition:
    """List the metrics that a guardrail of `counts` or `values` names; those of the others are ours."""
    metrics: Iterator[tuple[Metric | Quantity, str]] = iter(())
    if isinstance(guardrail, Counts):
        metrics = (each for quantity in (guardrail.bad, guardrail.total) for each in _inputs(quantity))
    elif isinstance(guardrail, Values):
        metrics = iter([(guardrail.of, "PR")])
    readings = tuple(Reading(m.namespace, m.name, m.dimensions, _PERIOD, stat) for m, stat in metrics)
    return AlarmDefinition(guardrail.metric, readings, ("judged",), "", None, 1, 1, "missing", "ignore")


def _inputs(quantity: Quantity) -> Iterator[tuple[Metric | Quantity, str]]:
    if quantity.expression:
        yield from ((metric, quantity.stat) for metric in quantity.metrics.values())
    else:
        yield quantity, quantity.stat
