"""Event source mappings of queues: Lambda polls beside the requests, and deletes what was done.

Source: Lambda developer guide, "Using Lambda with Amazon SQS". moto runs the function inside SendMessage, one
message at a time, ignores what it answers, and shows failed messages again at once.
"""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend, lambda_backends
from moto.core.exceptions import JsonRESTError
from moto.sqs.exceptions import QueueDoesNotExist, ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, sqs_backends

from sandbox.backlog import BACKLOG
from sandbox.clock import Ticker, now
from sandbox.delivery import UndeliverableError, find_function
from sandbox.iam.asked import Access
from sandbox.iam.guard import may
from sandbox.lambda_runtime.batch import event, failed
from sandbox.lambda_runtime.outcome import Outcome
from sandbox.lambda_runtime.pool import ThrottledError
from sandbox.lambda_runtime.service import acts_as, invoke
from sandbox.place import ACCOUNT_ID, REGION
from sandbox.registry import method, original

_AT_A_TIME = 10  # messages that one ReceiveMessage gives
_CONCURRENCY = 5  # batches at the same time, where the mapping sets no maximum
_INTERVAL = 0.1  # seconds


def install() -> None:
    """Put it on moto."""
    create = original(LambdaBackend, "create_event_source_mapping")

    def create_event_source_mapping(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        queue = _queue(spec.get("EventSourceArn", ""))
        if queue is not None:
            _check(self, spec, queue)
        mapping: EventSourceMapping = create(self, spec)
        if queue is not None:
            queue.lambda_event_source_mappings.clear()  # which moto would look through in SendMessage
        return mapping

    method(LambdaBackend)(create_event_source_mapping)


def _check(backend: LambdaBackend, spec: dict[str, Any], queue: Queue) -> None:
    """Refuse what AWS refuses, and what nobody emulates."""
    function = backend.get_function(spec["FunctionName"])
    visible: int = queue.visibility_timeout  # type: ignore[attr-defined] # moto sets its attributes by name
    if visible < int(function.timeout):
        sentence = (
            f"Queue visibility timeout: {visible} seconds is less than Function timeout: {function.timeout} seconds"
        )
        raise JsonRESTError("InvalidParameterValueException", sentence)
    reads = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    for action in reads:
        if not may(acts_as(function), Access(f"sqs:{action}", queue.queue_arn)):
            sentence = f"The function execution role does not have permissions to call {action} on SQS"
            raise JsonRESTError("InvalidParameterValueException", sentence)
    if spec.get("BatchSize", 0) > _AT_A_TIME and not spec.get("MaximumBatchingWindowInSeconds"):
        sentence = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        raise JsonRESTError("InvalidParameterValueException", sentence)
    if (spec.get("FilterCriteria") or {}).get("Filters"):
        raise JsonRESTError("InvalidParameterValueException", "The sandbox filters no messages of queues.")


def _queue(arn: str) -> Queue | None:
    queue: Queue | None = sqs_backends[ACCOUNT_ID][REGION].queues.get(arn.rpartition(":")[2])
    return queue if queue is not None and queue.queue_arn == arn else None


def _visibility(queue: Any) -> int:
    """Return the seconds that a received message is hidden; moto sets its queues' attributes by name."""
    return int(queue.visibility_timeout)


@dataclass
class _Poll:
    """One mapping's messages that wait for their batch, since when, and the batches under way."""

    gathered: list[Message] = field(default_factory=list)
    since: float = 0.0
    running: int = 0


class Pollers:
    """Polls for every enabled mapping of a queue."""

    def __init__(self) -> None:
        self._polls: dict[str, _Poll] = defaultdict(_Poll)
        self._lock = threading.Lock()
        self._ticker = Ticker("lambda-queues", _INTERVAL, self._tick)

    def start(self) -> None:
        """Begin to poll."""
        self._ticker.start()

    def stop(self) -> None:
        """End the loop."""
        self._ticker.stop()

    def _tick(self) -> None:
        for mapping in list(lambda_backends[ACCOUNT_ID][REGION]._event_source_mappings.values()):  # noqa: SLF001 - moto has no other list
            queue = _queue(mapping.event_source_arn)
            if mapping.enabled and queue is not None:
                self._poll(mapping, queue)

    def _poll(self, mapping: EventSourceMapping, queue: Queue) -> None:
        poll = self._polls[mapping.uuid]
        limit = (mapping.scaling_config or {}).get("MaximumConcurrency", _CONCURRENCY)
        while poll.running < limit:
            _gather(poll, mapping.batch_size, queue)
            full = len(poll.gathered) >= mapping.batch_size
            if not poll.gathered or not (full or now() - poll.since >= (mapping.max_batch_window or 0)):
                return
            batch, poll.gathered = poll.gathered, []
            with self._lock:
                poll.running += 1
            BACKLOG.add(partial(self._run, mapping, queue, batch))

    def _run(self, mapping: EventSourceMapping, queue: Queue, batch: Sequence[Message]) -> None:
        try:
            _finish(mapping, queue, batch)
        finally:
            with self._lock:
                self._polls[mapping.uuid].running -= 1


def _gather(poll: _Poll, size: int, queue: Queue) -> None:
    """Receive messages until the batch is full or the queue has no more to show."""
    backend = sqs_backends[ACCOUNT_ID][REGION]
    while len(poll.gathered) < size:
        wanted = min(_AT_A_TIME, size - len(poll.gathered))
        try:
            found = backend.receive_message(queue.name, wanted, 0, _visibility(queue))
        except QueueDoesNotExist:
            return
        if not found:
            return
        poll.since = poll.since if poll.gathered else now()
        poll.gathered += found


def _finish(mapping: EventSourceMapping, queue: Queue, batch: Sequence[Message]) -> None:
    """Run the function and delete what it has done; the rest is seen again after the visibility timeout."""
    try:
        outcome = invoke(find_function(mapping.function_arn), event(batch, queue.queue_arn))
    except (ThrottledError, UndeliverableError):
        outcome = Outcome(b"null", "Unhandled")
    reports = "ReportBatchItemFailures" in (mapping.function_response_types or ())
    again = failed(outcome, {message.id for message in batch}, reports=reports)
    for message in batch:
        if message.id not in again:
            _delete(queue, message)


def _delete(queue: Queue, message: Message) -> None:
    try:
        queue.delete_message(message.receipt_handle or "")
    except ReceiptHandleIsInvalid:
        return  # somebody else took it meanwhile
