"""Where events come in: those of AWS's own services, and those that PutEvents puts."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.events.models import EventsBackend, Rule, events_backends

from sandbox import clock
from sandbox.events.dispatch import dispatch
from sandbox.place import ACCOUNT_ID, REGION
from sandbox.registry import method, original


def emit(source: str, detail_type: str, detail: Mapping[str, object], resources: Sequence[str]) -> None:
    """Put an AWS service's event on the default bus; it is delivered in the background."""
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT_ID,
        "time": _stamp(clock.now()),
        "region": REGION,
        "resources": list(resources),
        "detail": dict(detail),
    }
    bus = events_backends[ACCOUNT_ID][REGION].event_buses["default"]
    for rule in list(bus.rules.values()):
        send(rule, event)


def send(rule: Rule, event: Any) -> None:
    """Dispatch an event to a rule's targets, if the rule is enabled and its pattern matches."""
    if rule.state != "DISABLED" and rule.event_pattern.dump() and rule.event_pattern.matches_event(event):
        dispatch(rule, event)


def send_to_targets(self: Rule, original_event: Mapping[str, Any], *_: object, **__: object) -> None:
    """Take moto's delivery: its PutEvents calls this for each rule."""
    event = {name: value for name, value in original_event.items() if name != "ingestion-time"}
    if not isinstance(event["time"], str):
        event["time"] = _stamp(float(event["time"]))
    send(self, event)


def install() -> None:
    """Put delivery on moto, and keep clients from posing as AWS."""
    method(Rule)(send_to_targets)
    put = original(EventsBackend, "put_events")

    def put_events(self: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        own = [event for event in events if not str(event.get("Source", "")).startswith("aws.")]
        told = iter(put(self, own) if own or not events else [])
        refused = {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
        return [refused if str(event.get("Source", "")).startswith("aws.") else next(told) for event in events]

    method(EventsBackend)(put_events)


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
