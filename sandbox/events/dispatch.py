"""From a rule to its targets, in the background: with retries, and the dead-letter queue at their end.

Source: EventBridge user guide, "Event retry policy and using dead-letter queues".
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.events.models import Rule

from sandbox import clock
from sandbox.backlog import BACKLOG
from sandbox.delivery import UndeliverableError, send_to_queue
from sandbox.events.permission import permits
from sandbox.events.targets import deliver, queue_policy
from sandbox.events.transform import target_input

_log = logging.getLogger(__name__)
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 10.0  # seconds; doubled from one attempt to the next
_ATTEMPTS, _AGE = 185, 86400  # AWS's defaults: retries, seconds


@dataclass(frozen=True, slots=True)
class Parcel:
    """An event on its way to one target since `since` (s since the epoch), after `retries` failures."""

    rule_arn: str
    target: Mapping[str, Any]
    text: str
    since: float
    retries: int = 0


def dispatch(rule: Rule, event: Mapping[str, Any]) -> None:
    """Send an event that the rule matches to each of its targets, in the background."""
    for target in list(rule.targets):
        parcel = Parcel(rule.arn, target, target_input(target, event, rule.arn), clock.now())
        _queue(parcel, 0.0)


def _queue(parcel: Parcel, delay: float) -> None:
    BACKLOG.add(lambda: _attempt(parcel), delay)


def _attempt(parcel: Parcel) -> None:
    try:
        deliver(parcel.target, parcel.text, parcel.rule_arn)
    except UndeliverableError as error:
        _bury(parcel, error, "NO_PERMISSIONS_OR_NO_TARGET", "")
    except Exception as error:  # noqa: BLE001 - any failure of a target is tried again
        _log.exception("Delivery to %s failed", parcel.target["Arn"])
        _retry(parcel, error)


def _retry(parcel: Parcel, error: Exception) -> None:
    policy = parcel.target.get("RetryPolicy") or {}
    if parcel.retries >= policy.get("MaximumRetryAttempts", _ATTEMPTS):
        _bury(parcel, error, "TARGET_ERROR", "MaximumRetryAttempts")
    elif clock.now() - parcel.since > policy.get("MaximumEventAgeInSeconds", _AGE):
        _bury(parcel, error, "TARGET_ERROR", "MaximumEventAgeInSeconds")
    else:
        delay = min(_FIRST_DELAY * 2**parcel.retries, _LONGEST_DELAY)
        _queue(replace(parcel, retries=parcel.retries + 1), delay)


def _bury(parcel: Parcel, error: Exception, code: str, condition: str) -> None:
    """Send what cannot be delivered to the target's dead-letter queue, if it has one that may be sent to."""
    queue = (parcel.target.get("DeadLetterConfig") or {}).get("Arn")
    _log.warning("Event given up for %s: %s", parcel.target["Arn"], error)
    if not queue:
        return
    if not permits(queue_policy(queue), "events.amazonaws.com", "sqs:SendMessage", parcel.rule_arn):
        _log.warning("The dead-letter queue %s does not permit events.amazonaws.com to send.", queue)
        return
    attributes = {
        "RULE_ARN": parcel.rule_arn,
        "TARGET_ARN": parcel.target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": str(error)[:1024] or code,
        "RETRY_ATTEMPTS": str(parcel.retries),
    }
    send_to_queue(queue, parcel.text, attributes | ({"EXHAUSTED_RETRY_CONDITION": condition} if condition else {}))
