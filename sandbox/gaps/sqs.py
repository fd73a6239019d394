"""SQS: no message is lost beside a deletion, attributes change one by one, the redrive policy is compact as AWS's."""

import json
from collections.abc import Mapping
from typing import Any

from moto.sqs.models import Queue

from sandbox.registry import method, original


def install() -> None:
    """Put it on moto."""
    _keep_policy()
    _compact_redrive_policy()
    _delete_alone()


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
