"""The event "CloudWatch Alarm State Change". Source: CloudWatch user guide, "Alarm events and EventBridge"."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm

from sandbox.cloudwatch.evaluation import isoformat
from sandbox.cloudwatch.query import Query
from sandbox.cloudwatch.recipe import recipe


@dataclass(frozen=True, slots=True)
class StateSeen:
    """An alarm's state at one time (s since the epoch), with its reason."""

    value: str
    reason: str
    data: str
    at: float

    @classmethod
    def of(cls, alarm: Alarm) -> "StateSeen":
        """Read the present state."""
        at = seconds(alarm.state_updated_timestamp)
        return cls(alarm.state_value, alarm.state_reason, alarm.state_reason_data or "", at)

    def as_event(self) -> dict[str, str]:
        """Return the event's form."""
        told = {"value": self.value, "reason": self.reason, "timestamp": isoformat(self.at)}
        return told | ({"reasonData": self.data} if self.data not in {"", "{}"} else {})


def seconds(moment: datetime) -> float:
    """Return seconds since the epoch; a naive time is UTC, as everywhere in moto."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def detail(alarm: Alarm, before: StateSeen) -> dict[str, Any]:
    """Return the detail of a transition that has just happened."""
    return {
        "alarmName": alarm.name,
        "state": StateSeen.of(alarm).as_event(),
        "previousState": before.as_event(),
        "configuration": _configuration(alarm),
    }


def triggering(alarm: Alarm | None) -> str:
    """Return a composite alarm's reason data: the alarm that set it off."""
    if alarm is None:
        return "{}"
    seen = StateSeen.of(alarm)
    state = {"value": seen.value, "timestamp": isoformat(seen.at)}
    return json.dumps({"triggeringAlarms": [{"arn": alarm.alarm_arn, "state": state}]})


def _configuration(alarm: Alarm) -> dict[str, Any]:
    described = {"description": alarm.description} if alarm.description else {}
    if alarm.rule is not None:
        return {"alarmRule": alarm.rule} | described
    return {"metrics": [_query(query) for query in recipe(alarm).queries]} | described


def _query(query: Query) -> dict[str, Any]:
    told: dict[str, Any] = {"id": query.id, "returnData": query.returned}
    if query.label:
        told["label"] = query.label
    if query.metric is None:
        return told | {"expression": query.expression}
    metric = {
        "namespace": query.metric.namespace,
        "name": query.metric.name,
        "dimensions": dict(sorted(query.metric.dimensions)),
    }
    return told | {"metricStat": {"metric": metric, "period": query.period, "stat": query.stat}}
