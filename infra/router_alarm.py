"""The alarm on the router failing: its own errors, not those of models, which the judge weighs.

A function's Errors are exceptions, timeouts and crashes; an answer with a status of 4xx or 5xx is none.
Source: Lambda developer guide, "Types of metrics for Lambda functions".
"""

from infra.alarms import MetricAlarm
from infra.metrics import Query, expression
from infra.place import ROUTER
from lambdas.rollout import names
from lambdas.rollout.guardrails import Alarm

ABOVE = 0.05
"""The share of failing requests above which flags are taken back."""
LEAST = 3
"""Failures in a period below which a share says nothing."""


def build(environment: str, period: int) -> MetricAlarm:
    """Build it; ``period`` in seconds, of which more than a minute is left out: Lambda publishes every minute.

    One bad period is enough, as flags bake for a few of them only.
    """
    period = min(period, 60)
    rate = f"IF(errors >= {LEAST}, errors / requests, 0)"
    return MetricAlarm(
        name=names.router_alarm(environment),
        description=f"the router fails for more than {ABOVE:.0%} of its requests. AppConfig takes back the feature"
        " flags whose deployment is baking, if any is; see docs/patterns/feature-flags.md",
        queries=(
            _sum("requests", "Invocations", environment, period),
            _sum("errors", "Errors", environment, period),
            expression("rate", rate, "share of requests on which the router fails"),
        ),
        threshold=ABOVE,
        firing=Alarm(breaches=1, periods=1, min_requests=LEAST),
    )


def _sum(id_: str, metric: str, environment: str, period: int) -> Query:
    dimensions = {"FunctionName": names.function(environment, ROUTER)}
    return {
        "id": id_,
        "metric": {
            "namespace": "AWS/Lambda",
            "metric_name": metric,
            "dimensions": dimensions,
            "period": period,
            "stat": "Sum",
        },
    }
