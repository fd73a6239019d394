"""What wakes the function: an event of SageMaker's, or an alarm of an endpoint that no alarm takes back."""

from datetime import datetime
from typing import Any

from lambdas.adapters.sights import sight
from lambdas.rollout.native.sight import Fired, Sight
from lambdas.rollout.ports import told


def parse(event: dict[str, Any]) -> Sight | Fired:
    """Read an event of EventBridge."""
    detail = event["detail"]
    if "alarmName" not in detail:
        return sight(detail)
    name, state = detail["alarmName"], detail["state"]
    since = datetime.fromisoformat(state["timestamp"]).timestamp()
    meaning = detail.get("configuration", {}).get("description", "")
    # serinus.ENVIRONMENT.ENDPOINT.stable.METRIC: names of endpoints have no dots.
    return Fired(name.split(".")[2], name, since, told(name, meaning, state.get("reason", "")))
