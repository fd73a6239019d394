"""SQS: no message is lost beside a deletion, attributes change one by one, the redrive policy is compact as AWS's.

Thousands of messages may wait: moto asks the clock anew for each, and counts all of them for each that is received.

And how many messages wait is a metric, while there are some (developer guide, "Available CloudWatch metrics").
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.utils import unix_time, unix_time_millis
from moto.sqs.models import Message, Queue, SQSBackend

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
    _look_once()
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


def _look_once() -> None:
    """Tell which messages can be seen, and how many cannot, by one look at the clock."""
    queue: Any = Queue

    def messages(self: Queue) -> list[Message]:
        at = unix_time_millis()
        return [each for each in self._messages if each.visible_at < at and each.delayed_until <= at]

    def not_visible(self: Queue) -> int:
        at = unix_time_millis()
        return sum(each.visible_at >= at for each in self._messages)

    def delayed(self: Queue) -> int:
        at = unix_time_millis()
        return sum(each.delayed_until > at for each in self._messages)

    queue.messages = property(messages)
    queue.approximate_number_of_messages_not_visible = property(not_visible)
    queue.approximate_number_of_messages_delayed = property(delayed)

    def is_message_valid_based_on_retention_period(self: SQSBackend, queue_name: str, message: Message) -> bool:
        kept: Any = self.get_queue(queue_name)
        sent: Any = message.sent_timestamp
        return bool(kept.message_retention_period + sent / 1000 > unix_time())

    method(SQSBackend)(is_message_valid_based_on_retention_period)


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
