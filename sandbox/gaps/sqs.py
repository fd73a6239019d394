"""SQS: no message is lost beside a deletion, attributes change one by one, the redrive policy is compact as AWS's.

And how many messages wait is a metric, while there are some (developer guide, "Available CloudWatch metrics").
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.sqs.models import Queue

from sandbox.backlog import BACKLOG
from sandbox.clock import now
from sandbox.cloudwatch.publish import put
from sandbox.registry import method, original

_EVERY = 5.0
"""Seconds between two values; AWS publishes each minute."""


def install() -> None:
    """Put it on moto."""
    _keep_policy()
    _compact_redrive_policy()
    _delete_alone()
    _count_waiting()


def _keep_policy() -> None:
    update = original(Queue, "_set_attributes")

    def _set_attributes(self: Queue, attributes: Mapping[str, Any], now: float | None = None) -> None:
        before = getattr(self, "policy", None)
        update(self, attributes, now)
        self.policy = (attributes["Policy"] or None) if "Policy" in attributes else before

    method(Queue)(_set_attributes)


def _compact_redrive_policy() -> None:
    queue: Any = Queue  # a property is replaced, which no type of moto's foresees
    read = queue.attributes.fget

    def attributes(self: Queue) -> dict[str, Any]:
        told: dict[str, Any] = read(self)
        if self.redrive_policy:
            told["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        return told

    queue.attributes = property(attributes)


def _delete_alone() -> None:
    """Delete while nobody sends: moto writes a new list of messages, and would lose one that comes meanwhile."""
    delete = original(Queue, "delete_message")

    def delete_message(self: Queue, receipt_handle: str) -> None:
        with self._messages_lock:
            delete(self, receipt_handle)

    method(Queue)(delete_message)


def _count_waiting() -> None:
    add, watched = original(Queue, "add_message"), set[int]()

    def tell(queue: Queue) -> None:
        waiting, of_queue = queue.approximate_number_of_messages, {"QueueName": str(queue.name)}
        put("AWS/SQS", "ApproximateNumberOfMessagesVisible", of_queue, float(waiting), "Count", now())
        if waiting:
            BACKLOG.add(lambda: tell(queue), _EVERY)
        else:
            watched.discard(id(queue))

    def add_message(self: Queue, *rest: Any, **named: Any) -> Any:
        added = add(self, *rest, **named)
        if id(self) not in watched:
            watched.add(id(self))
            BACKLOG.add(lambda: tell(self))
        return added

    method(Queue)(add_message)
