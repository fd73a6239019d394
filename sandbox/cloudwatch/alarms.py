"""Alarms: their states, the loop that evaluates them, and what a transition sets off."""

import logging
from typing import Any
from weakref import WeakKeyDictionary

from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.core.utils import utcnow

from sandbox import clock
from sandbox.cloudwatch import alarm_actions, alarm_event
from sandbox.cloudwatch.alarm_rule import alarms_in, holds
from sandbox.cloudwatch.evaluation import Finding, isoformat, look
from sandbox.cloudwatch.reader import reader
from sandbox.cloudwatch.recipe import Recipe, recipe
from sandbox.cloudwatch.store import STORE
from sandbox.events import emit
from sandbox.place import ACCOUNT_ID, REGION
from sandbox.registry import method, original

_log = logging.getLogger(__name__)
_recipes: WeakKeyDictionary[Alarm, Recipe] = WeakKeyDictionary()
"""By alarm: another PutMetricAlarm makes another one of it."""
_found_so: WeakKeyDictionary[Alarm, tuple[int, int, str]] = WeakKeyDictionary()
"""What an alarm was last found right by: the end of its last whole period, how much had come late, and its state."""


def all_alarms() -> dict[str, Alarm]:
    """Return every alarm by name, metric and composite."""
    return dict(cloudwatch_backends[ACCOUNT_ID][REGION].alarms)


def state(alarm_name: str) -> str:
    """Tell OK, ALARM or INSUFFICIENT_DATA; KeyError for an alarm that does not exist."""
    value: str = all_alarms()[alarm_name].state_value
    return value


def evaluate_all() -> None:
    """Look at every alarm once: metric alarms first, then the composite ones that rest on them."""
    alarms = all_alarms()
    for alarm in alarms.values():
        if alarm.rule is None:
            _apply(alarm, _metric_finding(alarm))
    for alarm in alarms.values():
        if alarm.rule is not None:
            _apply(alarm, _composite_finding(alarm, alarms))


def observe_transitions() -> None:
    """Make moto tell of every change of state, also of SetAlarmState's: an event, and the alarm's actions."""
    update = original(Alarm, "update_state")

    def update_state(self: Any, reason: str, reason_data: str, state_value: str) -> None:
        before = alarm_event.StateSeen.of(self)
        update(self, reason, reason_data, state_value)
        if before.value == state_value:
            return
        self.state_transitioned_timestamp = utcnow()
        emit("aws.cloudwatch", "CloudWatch Alarm State Change", alarm_event.detail(self, before), [self.alarm_arn])
        alarm_actions.run(self, before)

    method(Alarm)(update_state)


def _metric_finding(alarm: Alarm) -> Finding | None:
    now = clock.now()
    try:
        if alarm not in _recipes:
            _recipes[alarm] = recipe(alarm)
        known = _recipes[alarm]
        seen = (known.over(now), STORE.late(known.metrics), alarm.state_value)
        if _found_so.get(alarm) == seen:
            return None
        found = look(known, reader(), now, alarm.state_value)
    except ValueError:
        _log.exception("Alarm %s cannot be evaluated", alarm.name)
        return None
    if found is None:
        _found_so[alarm] = seen
    return found


def _composite_finding(alarm: Alarm, alarms: dict[str, Alarm]) -> Finding | None:
    def state_of(name: str) -> str:
        return alarms[name].state_value if name in alarms else "INSUFFICIENT_DATA"

    rule = alarm.rule or "FALSE"
    found = "ALARM" if holds(rule, state_of) else "OK"
    if found == alarm.state_value:
        return None
    named = [alarms[name] for name in dict.fromkeys(alarms_in(rule)) if name in alarms]
    trigger = max(named, key=lambda other: other.state_updated_timestamp, default=None)
    what = f"{trigger.alarm_arn} transitioned to {trigger.state_value}" if trigger else "The rule has no alarm"
    reason = f"{what} at {isoformat(clock.now())}"
    return Finding("ALARM" if found == "ALARM" else "OK", reason, alarm_event.triggering(trigger))


def _apply(alarm: Alarm, finding: Finding | None) -> None:
    if finding:
        alarm.update_state(finding.reason, finding.data, finding.state)
