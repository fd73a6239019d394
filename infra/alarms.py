"""The alarms of an endpoint, from its guardrails: the fast path that catches what is gross.

Canary alarms compare with stable, so that an incident which hits both says nothing against the canary. They roll
back through the `rollback` function.

Fleet alarms watch stable against a fixed bound and are SageMaker's own auto-rollback for the swap of fleets.
SageMaker ends a deployment when an attached alarm is in ALARM, and does not document what it does with one that
was so before. So these alarms count the new fleet only (dimension ``EndpointConfigName``), and are made anew with
each endpoint configuration, which makes them start in INSUFFICIENT_DATA: the errors of the old fleet can never
block the deployment that mends them. Canary alarms are not attached: at weight 0 they are silent, and in
mid-rollout the weight is what must change, not the fleet.
Source: SageMaker developer guide, "Auto-Rollback Configuration and Monitoring".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from infra import queued
from infra.metrics import Arm, Query, expression
from infra.spec.endpoint import Endpoint
from infra.spec.rollout import (
    AgeBound,
    BacklogBound,
    Bound,
    ErrorRateBound,
    LatencyBound,
    Native,
    Progressive,
    QueueBound,
    alarmed,
)
from lambdas.rollout.guardrails import Alarm, ErrorRate, Latency
from lambdas.rollout.names import CANARY, STABLE, alarm


@dataclass(frozen=True, slots=True)
class MetricAlarm:
    """An alarm that fires when its queries' result was above ``threshold`` as often as ``firing`` says."""

    name: str
    description: str
    queries: tuple[Query, ...]
    threshold: float
    firing: Alarm

    def arguments(self) -> dict[str, Any]:
        """Say it in Terraform's words (``aws_cloudwatch_metric_alarm``); no data is no breach."""
        return {
            "alarm_name": self.name,
            "alarm_description": self.description,
            "comparison_operator": "GreaterThanThreshold",
            "threshold": self.threshold,
            "evaluation_periods": self.firing.periods,
            "datapoints_to_alarm": self.firing.breaches,
            "treat_missing_data": "notBreaching",
            "metric_query": list(self.queries),
        }


def canary_alarms(
    environment: str, endpoint: Endpoint, period: int, variant: str = CANARY
) -> tuple[MetricAlarm, ...]:
    """Build the alarms of the guardrails that have one, on the canary or on a challenger; none without a rollout."""
    if endpoint.canary is None or not isinstance(endpoint.rollout, Progressive):
        return ()
    canary, stable = Arm(CANARY, endpoint.name, variant, period), Arm(STABLE, endpoint.name, STABLE, period)
    return tuple(_versus(environment, canary, stable, guard) for _, guard in alarmed(endpoint.rollout.plan))


def fleet_alarms(
    environment: str, endpoint: Endpoint, period: int, configs: Sequence[str]
) -> tuple[MetricAlarm, ...]:
    """Build the auto-rollback alarms of the fleets that a deploy's configurations make, by their names.

    ``auto_rollback_configuration`` cannot change without the endpoint being replaced, so a progressive endpoint
    has one alarm, of the same name whatever its guardrails; latency has no fixed bound there.
    """
    if endpoint.serverless:  # one fleet, which nothing takes back: people are told
        return tuple(
            _absolute(environment, [Arm(STABLE, endpoint.name, STABLE, period)], b) for b in bounds(endpoint)
        )
    arms = [Arm(f"{STABLE}{i or ''}", endpoint.name, STABLE, period, config) for i, config in enumerate(configs)]
    if endpoint.async_:
        return tuple(_queued(environment, arms[0], bound) for bound in bounds(endpoint))
    return tuple(_absolute(environment, arms, bound) for bound in bounds(endpoint))


def fleet_alarm_names(environment: str, endpoint: Endpoint) -> tuple[str, ...]:
    """Name what takes a swap of fleets back: our fleet alarms, and those that others made."""
    rollout = endpoint.rollout
    existing = rollout.existing_alarms if isinstance(rollout, Native) else ()
    own = (alarm(environment, endpoint.name, STABLE, _key(bound)) for bound in bounds(endpoint))
    return (*own, *existing)


def bounds(endpoint: Endpoint) -> Sequence[Bound]:
    """Give the fixed bounds that the serving fleet must keep, an error rate at the least."""
    rollout = endpoint.rollout
    if isinstance(rollout, Native):
        return rollout.alarms or (ErrorRateBound("error_rate"),)
    guards = (guard for _, guard in alarmed(rollout.plan) if isinstance(guard, ErrorRate))
    guard = next(guards, ErrorRate())
    return (ErrorRateBound("error_rate", guard.alarm_above, guard.alarm),)


def _key(guardrail: ErrorRate | Latency | Bound) -> str:
    match guardrail:
        case ErrorRate() | ErrorRateBound():
            return "error_rate"
        case Latency() | LatencyBound():
            return f"latency_p{guardrail.percentile:g}"
        case BacklogBound() | AgeBound():
            return guardrail.metric
        case _:
            assert_never(guardrail)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is watched in words, its queries, and the value above which it counts as a breach."""

    what: str
    queries: tuple[Query, ...]
    above: float


def _versus(environment: str, canary: Arm, stable: Arm, guardrail: ErrorRate | Latency) -> MetricAlarm:
    least, above = guardrail.alarm.min_requests, guardrail.alarm_above
    match guardrail:
        case ErrorRate():
            what = f"error rate exceeds stable's by more than {above:.2%} and chance"
            rule = _Rule(what, _excess(canary, stable, least), above)
        case Latency():
            what = f"p{guardrail.percentile:g} latency is more than {above:g} times stable's"
            rule = _Rule(what, _slowdown(canary, stable, guardrail.percentile, least), above)
        case _:
            assert_never(guardrail)
    return _alarm(environment, canary, guardrail, rule)


def _absolute(environment: str, arms: Sequence[Arm], bound: Bound) -> MetricAlarm:
    """Hold one fleet to a bound; errors are summed over the fleets that one rollout goes through."""
    arm, least = arms[0], bound.alarm.min_requests
    match bound:
        case ErrorRateBound():
            rule = _Rule(f"error rate is above {bound.above:.2%}", _rate(arms, least), bound.above)
        case LatencyBound():
            what = f"p{bound.percentile:g} latency is above {bound.above} ms"
            rule = _Rule(what, _milliseconds(arm, bound.percentile, least), bound.above)
        case BacklogBound() | AgeBound():
            raise ValueError(f"endpoint {arm.endpoint} has no queue to watch")
        case _:
            assert_never(bound)
    return _alarm(environment, arm, bound, rule)


def _queued(environment: str, arm: Arm, bound: Bound) -> MetricAlarm:
    """Hold one fleet of an asynchronous endpoint, or its queue, to a bound."""
    return _alarm(environment, arm, bound, _Rule(*queued.watched(arm, bound)))


def _alarm(environment: str, arm: Arm, guardrail: ErrorRate | Latency | Bound, rule: _Rule) -> MetricAlarm:
    return MetricAlarm(
        name=alarm(environment, arm.endpoint, arm.variant, _key(guardrail)),
        description=_description(arm, guardrail, rule),
        queries=rule.queries,
        threshold=rule.above,
        firing=guardrail.alarm,
    )


def _description(arm: Arm, guardrail: ErrorRate | Latency | Bound, rule: _Rule) -> str:
    if isinstance(guardrail, QueueBound):
        return f"{arm.endpoint}: the {rule.what}"
    least = guardrail.alarm.min_requests
    return f"{arm.endpoint}: the {arm.variant} variant's {rule.what}, in periods of at least {least} requests"


CHANCE = 3
"""Standard deviations of the difference of two equal rates that an error alarm puts down to chance."""


def _excess(canary: Arm, stable: Arm, least: int) -> tuple[Query, ...]:
    """Canary's error rate less stable's (0 where stable serves nothing), and less what chance may do.

    0 in periods with too few requests. Without chance's part an alarm on some tens of requests goes off for three
    healthy canaries in a hundred, and for one in five when an incident hits both arms (`serinus simulate`).
    """
    return (
        canary.requests(),
        *canary.errors(),
        stable.requests(),
        *stable.errors(),
        expression("canary_bad", "MAX([canary_n * 0, canary_e0, canary_e1])"),
        expression("stable_all", "SUM([canary_n * 0, stable_n])"),
        expression("stable_bad", "MAX([canary_n * 0, stable_e0, stable_e1])"),
        expression("stable_some", "IF(stable_all > 0, stable_all, 1000000000)"),
        expression("both", "(canary_bad + stable_bad) / (canary_n + stable_all)"),
        expression("chance", f"{CHANCE} * ABS(both * (1 - both) * (1 / canary_n + 1 / stable_some)) ^ 0.5"),
        expression(
            "excess",
            f"IF(canary_n >= {least}, canary_bad / canary_n - stable_bad / stable_some - chance, 0)",
            "canary's error rate less stable's, less chance",
        ),
    )


def _slowdown(canary: Arm, stable: Arm, percentile: float, least: int) -> tuple[Query, ...]:
    """Canary's percentile divided by stable's; 0 in periods in which either had too few requests."""
    return (
        canary.requests(),
        stable.requests(),
        canary.latency(percentile),
        stable.latency(percentile),
        expression(
            "slowdown",
            f"IF(canary_n >= {least} AND stable_n >= {least}, canary_latency / stable_latency, 0)",
            "canary's latency divided by stable's",
        ),
    )


def _rate(arms: Sequence[Arm], least: int) -> tuple[Query, ...]:
    of_all = {name: f"SUM([{', '.join(f'{arm.prefix}_{name}' for arm in arms)}])" for name in ("n", "e0", "e1")}
    return (
        *(query for arm in arms for query in (arm.requests(), *arm.errors())),
        expression("requests", of_all["n"]),
        expression("bad", f"MAX([{of_all['e0']}, {of_all['e1']}])"),
        expression("rate", f"IF(requests >= {least}, bad / requests, 0)", "error rate"),
    )


def _milliseconds(arm: Arm, percentile: float, least: int) -> tuple[Query, ...]:
    formula = f"IF({arm.prefix}_n >= {least}, {arm.prefix}_latency / 1000, 0)"
    return (arm.requests(), arm.latency(percentile), expression("latency", formula, "milliseconds"))
