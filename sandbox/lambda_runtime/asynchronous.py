"""Event invocations: accepted at once, run in the background, retried, and sent to the DLQ or a destination.

Source: Lambda developer guide, "Asynchronous invocation". AWS waits one and two minutes between attempts; the
sandbox one and two seconds.
"""

import json
import logging
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import LambdaFunction

from sandbox import clock
from sandbox.backlog import BACKLOG
from sandbox.delivery import send
from sandbox.iam.asked import Access
from sandbox.iam.guard import may
from sandbox.lambda_runtime.outcome import Outcome
from sandbox.lambda_runtime.pool import ThrottledError
from sandbox.lambda_runtime.service import acts_as, invoke

_log = logging.getLogger(__name__)
RETRY_DELAYS = (1.0, 2.0)  # seconds before the second and the third attempt
_THROTTLED_DELAY = 0.5


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event in Lambda's own queue, since `since` (s since the epoch), after `attempts` failures."""

    function: LambdaFunction
    payload: bytes
    request_id: str
    since: float
    attempts: int = 0

    @property
    def settings(self) -> dict[str, Any]:
        """Return the function's event invoke configuration as it is now."""
        found = self.function.event_invoke_config
        return dict(found[-1].config) if found else {}


def accept(function: LambdaFunction, payload: bytes) -> None:
    """Take an event; the caller gets 202 whatever becomes of it."""
    _queue(Accepted(function, payload, str(uuid.uuid4()), clock.now()), 0.0)


def _queue(event: Accepted, delay: float) -> None:
    BACKLOG.add(lambda: _attempt(event), delay)


def _attempt(event: Accepted) -> None:
    oldest = event.settings.get("MaximumEventAgeInSeconds") or 6 * 3600
    try:
        outcome = invoke(event.function, event.payload)
    except ThrottledError:
        if clock.now() - event.since < oldest:
            _queue(event, _THROTTLED_DELAY)
        else:
            _give_up(event, Outcome(b"null", "Unhandled"), "EventAgeExceeded")
        return
    if not outcome.error:
        _tell_destination(event, outcome, "OnSuccess", "Success")
        return
    tried = replace(event, attempts=event.attempts + 1)
    retries = event.settings.get("MaximumRetryAttempts")
    if tried.attempts <= (2 if retries is None else int(retries)):
        _queue(tried, RETRY_DELAYS[tried.attempts - 1])
    else:
        _give_up(tried, outcome, "RetriesExhausted")


def _give_up(event: Accepted, outcome: Outcome, condition: str) -> None:
    _tell_destination(event, outcome, "OnFailure", condition)
    target = (getattr(event.function, "dead_letter_config", None) or {}).get("TargetArn")
    if target and _may_tell(event.function, target):
        error = json.loads(outcome.payload) or {}
        message = str(error.get("errorMessage", condition))[:1024]
        attributes = {"RequestID": event.request_id, "ErrorCode": "200", "ErrorMessage": message}
        send(target, event.payload.decode(), attributes)


def _tell_destination(event: Accepted, outcome: Outcome, kind: str, condition: str) -> None:
    target = event.settings.get("DestinationConfig", {}).get(kind, {}).get("Destination")
    if target and _may_tell(event.function, target):
        send(target, _record(event, outcome, condition))


def _may_tell(function: LambdaFunction, target: str) -> bool:
    """Destinations and dead-letter queues are sent to in the function's name."""
    action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}.get(target.split(":")[2], "")
    permitted = may(acts_as(function), Access(action, target))
    if not permitted:
        _log.warning("The role of %s may not %s on %s: an event is lost", function.function_name, action, target)
    return permitted


def _record(event: Accepted, outcome: Outcome, condition: str) -> dict[str, Any]:
    response = {"statusCode": 200, "executedVersion": "$LATEST"}
    return {
        "version": "1.0",
        "timestamp": datetime.fromtimestamp(clock.now(), UTC).isoformat(timespec="milliseconds"),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": f"{event.function.function_arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": max(event.attempts, 1),
        },
        "requestPayload": json.loads(event.payload),
        "responseContext": response | ({"functionError": outcome.error} if outcome.error else {}),
        "responsePayload": json.loads(outcome.payload or b"null"),
    }
