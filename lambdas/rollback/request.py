"""The two events that ask for a rollback."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambdas.rollout.names import CANARY, watched_by
from lambdas.rollout.ports import told


@dataclass(frozen=True, slots=True)
class Request:
    """Take ``variant`` of ``endpoint`` back; ``alarm_since`` (seconds since the epoch) where an alarm asks."""

    endpoint: str
    cause: str
    reason: str
    alarm_since: float | None = None
    variant: str = CANARY


def parse(event: dict[str, Any], environment: str) -> Request | None:
    """Read an event of EventBridge or of the workflow; None for an alarm that watches no candidate of ours."""
    if event.get("cause") == "workflow":
        return Request(event["endpoint"], "workflow", f"the rollout's workflow failed: {_error(event)}")
    detail = event["detail"]
    name, state = detail["alarmName"], detail["state"]
    watched = watched_by(environment, name)
    if watched is None or state["value"] != "ALARM":
        return None
    since = datetime.fromisoformat(state["timestamp"]).timestamp()
    meaning = detail.get("configuration", {}).get("description", "")
    endpoint, variant = watched
    return Request(endpoint, f"alarm {name}", told(name, meaning, state.get("reason", "")), since, variant)


def _error(event: dict[str, Any]) -> str:
    error = event.get("error") or {}
    return f"{error.get('Error', 'unknown error')} {error.get('Cause', '')}".strip()[:500]
