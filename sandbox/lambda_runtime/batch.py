"""A batch of queue messages as a function gets it, and what its answer says of each message. Pure.

Source: Lambda developer guide, "Using Lambda with Amazon SQS", "Implementing partial batch responses".
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from moto.sqs.models import Message

from sandbox.lambda_runtime.outcome import Outcome


def event(messages: Sequence[Message], queue_arn: str) -> bytes:
    """Return the event of a batch."""
    return json.dumps({"Records": [_record(message, queue_arn) for message in messages]}).encode()


def _record(message: Message, queue_arn: str) -> dict[str, Any]:
    times = (message.sent_timestamp, message.approximate_first_receive_timestamp)
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(times[0]),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(times[1]),
        },
        "messageAttributes": {},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def failed(outcome: Outcome, ids: Collection[str], *, reports: bool) -> set[str]:
    """Tell which messages come again: all after an error or an answer that says nonsense, else those it names.

    Without ReportBatchItemFailures (`reports`) the answer does not matter; an empty answer means that all went well.
    """
    everyone = set(ids)
    if outcome.error:
        return everyone
    if not reports:
        return set()
    try:
        answer = json.loads(outcome.payload or b"null")
    except ValueError:
        return everyone
    named = answer.get("batchItemFailures") if isinstance(answer, dict) else answer
    if named is None:
        return set() if not answer or "batchItemFailures" in answer else everyone
    return _named(named, everyone)


def _named(named: Any, everyone: set[str]) -> set[str]:
    try:
        found = {item["itemIdentifier"] for item in named}
    except (TypeError, KeyError):
        return everyone
    return everyone if found - everyone else found
