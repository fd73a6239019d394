"""How an endpoint's changes are rolled out: by our steps (progressive) or by SageMaker itself (native)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from infra.spec.markers import Marker
from infra.spec.units import PERCENT
from lambdas.rollout.groups import among
from lambdas.rollout.guardrails import Alarm, ErrorRate, Guardrail, Latency
from lambdas.rollout.plan import Plan, Routing, Shadow
from lambdas.rollout.units import MILLISECONDS, SECONDS, SHARE

_ALARM = Alarm()


@dataclass(frozen=True, slots=True)
class Deployment:
    """The fleet swap before a progressive rollout: blue/green, all at once, the canary at weight 0.

    ``baking`` is how long SageMaker keeps the old fleet and watches the alarms after the swap; ``timeout``
    bounds the whole swap.
    """

    baking: Annotated[int, SECONDS] = 300
    timeout: Annotated[int, SECONDS] = 3600


class StableFleet(StrEnum):
    """What becomes of stable's instances, where they are autoscaled, while a canary takes its traffic."""

    KEEP = "keep"
    """They stay, and are raised where they could not take everything back."""
    FOLLOW = "follow"
    """They follow the traffic that is left to them."""


@dataclass(frozen=True, slots=True)
class Progressive:
    """Two variants, stable and canary; the functions move the weights along the plan.

    ``stable_fleet`` says whether stable's autoscaled instances stay ready to take all traffic back, or follow what is
    left to them.
    """

    mode: Literal["progressive"]
    plan: Annotated[Plan, Marker.INLINE]
    deployment: Deployment = Deployment()
    stable_fleet: StableFleet = StableFleet.KEEP


def in_file(plan: Plan) -> Iterator[tuple[int, Guardrail]]:
    """List the guardrails with their places in the file, where one stands for all of its groups."""
    place, left = -1, 0
    for guardrail in plan.guardrails:
        if not left:
            place, left = place + 1, among(guardrail)
        left -= 1
        yield place, guardrail


def alarmed(plan: Plan) -> Iterator[tuple[int, ErrorRate | Latency]]:
    """List the guardrails that have an alarm beside the judge, with their places in the file.

    Those compare the canary with stable in what SageMaker itself measures; a fixed bound is the judge's alone.
    """
    for index, guardrail in in_file(plan):
        if isinstance(guardrail, ErrorRate | Latency) and guardrail.at_most is None:
            yield index, guardrail


def moves_weights(rollout: "Progressive | Native") -> bool:
    """Tell whether a rollout moves SageMaker's weights, and not a router's shares."""
    return isinstance(rollout, Progressive) and rollout.plan.routing is not Routing.STICKY


def shadow_step(rollout: "Progressive | Native") -> Shadow | None:
    """Find the shadow that a rollout begins with, whether or not there is something to roll out now."""
    if not isinstance(rollout, Progressive):
        return None
    return next((step.shadow for step in rollout.plan.steps if step.shadow), None)


class Strategy(StrEnum):
    """SageMaker's own ways to replace a fleet; the first three are blue/green."""

    ALL_AT_ONCE = "all_at_once"
    CANARY = "canary"
    LINEAR = "linear"
    ROLLING = "rolling"


@dataclass(frozen=True, slots=True)
class Size:
    """A part of the fleet: a percentage of its instances, or a number of them. Exactly one of the two."""

    percent: Annotated[int, PERCENT] | None = None
    instances: int | None = None


@dataclass(frozen=True, slots=True)
class ErrorRateBound:
    """Alarm on the share of requests answered with an error, above a fixed bound (native mode has no stable)."""

    metric: Literal["error_rate"]
    above: Annotated[float, SHARE] = 0.05
    alarm: Alarm = _ALARM


@dataclass(frozen=True, slots=True)
class LatencyBound:
    """Alarm on a percentile of ModelLatency above a fixed bound, in milliseconds."""

    metric: Literal["latency"]
    above: Annotated[int, MILLISECONDS]
    percentile: float = 95.0
    alarm: Alarm = _ALARM


@dataclass(frozen=True, slots=True)
class BacklogBound:
    """Alarm on the requests in an asynchronous endpoint's queue, per instance and in the mean of a period."""

    metric: Literal["backlog"]
    above: int
    alarm: Alarm = _ALARM


@dataclass(frozen=True, slots=True)
class AgeBound:
    """Alarm on the age of the oldest request in an asynchronous endpoint's queue, in seconds."""

    metric: Literal["age"]
    above: Annotated[int, SECONDS]
    alarm: Alarm = _ALARM


QueueBound = BacklogBound | AgeBound
"""What only asynchronous endpoints have."""
Bound = ErrorRateBound | LatencyBound | QueueBound


@dataclass(frozen=True, slots=True)
class Native:
    """One variant; SageMaker replaces its fleet by ``strategy`` and rolls back by itself when an alarm fires.

    ``size`` is the canary's, each linear step's or each rolling batch's; ``wait`` the time after each;
    ``baking`` how long the old fleet is kept after the last (blue/green only: None for rolling; 5 minutes where
    left out); ``rollback_size`` the batch of a rolling rollback (all at once where left out).
    ``existing_alarms`` names alarms that others made.
    """

    mode: Literal["native"]
    strategy: Strategy
    size: Size | None = None
    wait: Annotated[int, SECONDS] = 0
    baking: Annotated[int, SECONDS] | None = None
    timeout: Annotated[int, SECONDS] = 3600
    rollback_size: Size | None = None
    alarms: tuple[Bound, ...] = ()
    existing_alarms: tuple[str, ...] = ()


Rollout = Progressive | Native
