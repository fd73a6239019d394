"""What a DeploymentConfig means for traffic: the stages that one update goes through. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

ALL_AT_ONCE: Mapping[str, Any] = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 0,
    }
}


@dataclass(frozen=True, slots=True)
class Stage:
    """From here `share` (0 to 1) of the requests go to the new fleet, for `seconds` under the alarms' eyes."""

    share: float
    seconds: float
    instances: int  # of the new fleet that get traffic
    wait: str  # the parameter that `seconds` comes from
    batch: int = 0  # rolling: new instances launched before, and old ones terminated after; 0 where blue/green


def stages(deployment: Mapping[str, Any] | None, instances: int) -> tuple[Stage, ...]:
    """Return the stages of an update to a fleet of `instances`; the last one has the whole traffic."""
    config = deployment or ALL_AT_ONCE
    rolling = config.get("RollingUpdatePolicy")
    if rolling:
        return _rolling(rolling, instances)
    counts, waits, names = _blue_green(config.get("BlueGreenUpdatePolicy") or {}, instances)
    return tuple(
        Stage(count / instances, wait, count, name) for count, wait, name in zip(counts, waits, names, strict=True)
    )


def retreat(deployment: Mapping[str, Any] | None, instances: int, serving: int) -> tuple[int, ...]:
    """Return how many of the `serving` new instances are left after each batch of a rollback; the last is 0.

    Only a rolling update with a RollbackMaximumBatchSize goes back in more than one batch.
    """
    rolling = (deployment or {}).get("RollingUpdatePolicy") or {}
    batch = rolling.get("RollbackMaximumBatchSize")
    size = _size(batch, instances) if batch else instances
    return (*range(serving - size, 0, -size), 0)


def _rolling(policy: Mapping[str, Any], instances: int) -> tuple[Stage, ...]:
    counts = _steps(_size(policy["MaximumBatchSize"], instances), instances)
    wait = float(policy["WaitIntervalInSeconds"])
    return tuple(
        Stage(count / instances, wait, count, "WaitIntervalInSeconds", batch=count - before)
        for before, count in pairwise([0, *counts])
    )


def _blue_green(policy: Mapping[str, Any], instances: int) -> tuple[list[int], list[float], list[str]]:
    routing = policy.get("TrafficRoutingConfiguration") or {"Type": "ALL_AT_ONCE"}
    if routing["Type"] == "CANARY":
        counts = [_size(routing["CanarySize"], instances), instances]
    elif routing["Type"] == "LINEAR":
        counts = _steps(_size(routing["LinearStepSize"], instances), instances)
    else:
        counts = [instances]
    between = float(routing.get("WaitIntervalInSeconds") or 0)
    end = float(policy.get("TerminationWaitInSeconds") or 0)
    waits = [between] * (len(counts) - 1) + [end]
    names = ["WaitIntervalInSeconds"] * (len(counts) - 1) + ["TerminationWaitInSeconds"]
    return counts, waits, names


def _size(size: Mapping[str, Any], instances: int) -> int:
    """Return whole instances, at least one: a fleet cannot be split finer."""
    if size["Type"] == "INSTANCE_COUNT":
        return max(1, min(int(size["Value"]), instances))
    return max(1, math.ceil(instances * int(size["Value"]) / 100))


def _steps(size: int, instances: int) -> list[int]:
    return [*range(size, instances, size), instances]


def alarm_names(deployment: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the names of the alarms that take an update back."""
    rollback = (deployment or {}).get("AutoRollbackConfiguration") or {}
    return tuple(alarm["AlarmName"] for alarm in rollback.get("Alarms") or ())


def time_limit(deployment: Mapping[str, Any] | None) -> float | None:
    """Return MaximumExecutionTimeoutInSeconds, if stated."""
    config = deployment or {}
    for policy in (config.get("BlueGreenUpdatePolicy"), config.get("RollingUpdatePolicy")):
        if policy and policy.get("MaximumExecutionTimeoutInSeconds"):
            return float(policy["MaximumExecutionTimeoutInSeconds"])
    return None
