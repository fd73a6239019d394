"""What the alarms of an asynchronous endpoint read: it publishes no Invocations and no InvocationModelErrors.

Of the usual metrics it has Invocation4XXErrors, Invocation5XXErrors and ModelLatency, which tell the new fleet from
the old one (dimension ``EndpointConfigName``). The first two are 0 or 1 for each request, so their samples are its
requests, and their sums its answers with an error. A request without an answer (a crash, a timeout) is a 0 there;
it is counted in InvocationFailures, "if an invocation fails for any reason", which knows the variant and not the
fleet. So the failures of the new fleet are

- its own 4xx and 5xx answers, and
- what the variant failed beyond all such answers of both fleets: nobody can tell whose that is, so it is put down to
  the new fleet, up to the number of its requests. A fleet without a request has no failure.

The price: while an old fleet that gives no answers shares the queue with the new one, its silence counts against it.
Sources: SageMaker developer guide, "Alarms and logs for tracking metrics from asynchronous endpoints", "Auto-Rollback
Configuration and Monitoring"; docs/decisions/0013-asynchronous.md.
"""

from typing import Any, assert_never

from infra.metrics import LATENCY, Arm, Query, expression
from infra.spec.rollout import AgeBound, BacklogBound, Bound, ErrorRateBound, LatencyBound

_ERRORS = ("Invocation4XXErrors", "Invocation5XXErrors")
"""Disjoint: both by the status of the model's own answer."""
_FAILURES = "InvocationFailures"
BACKLOG, AGE = "ApproximateBacklogSizePerInstance", "ApproximateAgeOfOldestRequest"
"""Of the queue, which the endpoint has once for all variants: dimension ``EndpointName`` alone."""

Watched = tuple[str, tuple[Query, ...], float]
"""What is watched in words, its queries, and the value above which it counts as a breach."""


def waking(environment: str, endpoint: str) -> str:
    """Name the alarm that starts the first instance of an empty fleet.

    It is not under the names that wake the `rollback` function: nothing is wrong.
    """
    return f"serinus-{environment}-{endpoint}-first-instance"


def watched(arm: Arm, bound: Bound) -> Watched:
    """Hold the new fleet, or the queue, of an asynchronous endpoint to a bound."""
    match bound:
        case ErrorRateBound():
            return f"failure rate is above {bound.above:.2%}", _failures(arm, bound.alarm.min_requests), bound.above
        case LatencyBound():
            what = f"p{bound.percentile:g} latency is above {bound.above} ms"
            return what, _milliseconds(arm, bound.percentile, bound.alarm.min_requests), bound.above
        case BacklogBound():
            what = f"queue holds more than {bound.above} requests per instance"
            return what, (queue(arm.endpoint, BACKLOG, "Average", arm.period),), bound.above
        case AgeBound():
            what = f"oldest request has waited for more than {bound.above} s"
            return what, (queue(arm.endpoint, AGE, "Maximum", arm.period),), bound.above
        case _:
            assert_never(bound)


def queue(endpoint: str, metric: str, stat: str, period: int) -> Query:
    """Read a metric of the endpoint's queue; it is what the alarm looks at."""
    read: dict[str, Any] = {
        "namespace": "AWS/SageMaker",
        "metric_name": metric,
        "dimensions": {"EndpointName": endpoint},
        "period": period,
        "stat": stat,
    }
    return {"id": "queue", "metric": read, "label": metric, "return_data": True}


def _failures(arm: Arm, least: int) -> tuple[Query, ...]:
    fleet, variant = arm.prefix, Arm(f"{arm.prefix}_all", arm.endpoint, arm.variant, arm.period)
    failures = variant.query("failures", _FAILURES, "Sum")
    return (
        arm.query("n", _ERRORS[1], "SampleCount"),
        *(each.query(f"e{i}", metric, "Sum") for each in (arm, variant) for i, metric in enumerate(_ERRORS)),
        failures,
        expression("told", f"SUM([{failures['id']} * 0, {variant.prefix}_e0, {variant.prefix}_e1])"),
        expression("silent", f"MAX([told * 0, {failures['id']} - told])"),
        expression("own", f"SUM([{fleet}_n * 0, {fleet}_e0, {fleet}_e1])"),
        expression("bad", f"own + MIN([{fleet}_n - own, SUM([{fleet}_n * 0, silent])])"),
        expression("rate", f"IF({fleet}_n >= {least}, bad / {fleet}_n, 0)", "failure rate"),
    )


def _milliseconds(arm: Arm, percentile: float, least: int) -> tuple[Query, ...]:
    formula = f"IF({arm.prefix}_n >= {least}, {arm.prefix}_latency / 1000, 0)"
    return (
        arm.query("n", LATENCY, "SampleCount"),
        arm.latency(percentile),
        expression("latency", formula, "milliseconds"),
    )
