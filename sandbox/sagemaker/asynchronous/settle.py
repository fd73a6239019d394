"""From a request and its model server to an answer in S3, a notification and the metrics."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.clock import now
from sandbox.delivery import publish_to_topic
from sandbox.sagemaker import execution
from sandbox.sagemaker.asynchronous import figures, messages, places
from sandbox.sagemaker.asynchronous.queue import Waiting
from sandbox.sagemaker.connections import Answer
from sandbox.sagemaker.routing import Route
from sandbox.sagemaker.server import ModelServer

EXPIRED = "ClientError: The request expired: it waited in the queue for longer than its RequestTTLSeconds."


@dataclass(frozen=True, slots=True)
class Settlement:
    """A request of an endpoint on its way through one variant."""

    endpoint: str
    route: Route
    request: Waiting

    def process(self, server: ModelServer) -> None:
        """Ask the model server once, whatever comes of it: SageMaker does not retry."""
        self._took("TimeInBacklog", now() - self.request.received)
        body = self._fetch()
        if body is None:
            return
        answer = server.connections.ask("/invocations", body, self.request.headers, self.request.timeout)
        figures.answered(self.endpoint, self.route, answer)
        if answer.ok:
            self._answered(answer)
        else:
            self.fail(_reason(answer), answer.body)

    def fail(self, reason: str, body: bytes = b"", *counted: str) -> None:
        """Write down that there is no answer, and why."""
        self._count("InvocationFailures", *counted)
        if self.request.failure:
            self._store(self.request.failure, body or reason.encode())
        self._tell("ErrorTopic", messages.failed(self.endpoint, self.request, reason))

    def _fetch(self) -> bytes | None:
        if self.request.body is not None:
            return self.request.body
        began = time.perf_counter()
        try:
            body = places.read(self.request.input, self.route.variant.role)
        except places.PlaceError:
            reason = f"ClientError: Unable to download the request from {self.request.input}."
            self.fail(reason, b"", "RequestDownloadFailures")
            return None
        self._took("RequestDownloadLatency", time.perf_counter() - began)
        return body

    def _answered(self, answer: Answer) -> None:
        if not self._store(self.request.output, answer.body):
            self.fail(f"ClientError: Unable to upload the response to {self.request.output}.")
            return
        self._count("InvocationsProcessed")
        content_type = answer.headers.get("content-type", "application/octet-stream")
        self._tell("SuccessTopic", messages.completed(self.endpoint, self.request, content_type))
        self._took("TotalProcessingTime", now() - self.request.received)

    def _store(self, place: str, body: bytes) -> bool:
        began = time.perf_counter()
        try:
            places.write(place, body, self.route.variant.role)
        except places.PlaceError:
            self._count("ResponseUploadFailures")
            return False
        self._took("ResponseUploadLatency", time.perf_counter() - began)
        return True

    def _tell(self, key: str, message: Mapping[str, Any]) -> None:
        topic = messages.topics(self.route.fleet.queue).get(key)
        if not topic:
            return
        if not execution.may_publish(self.route.variant.role, topic):
            self._count("NotificationFailures")
            return
        try:
            publish_to_topic(topic, json.dumps(message))
        except Exception:  # noqa: BLE001 - a topic that is gone costs a notification, not an answer
            self._count("NotificationFailures")

    def _count(self, *names: str) -> None:
        figures.count(self.endpoint, self.route.variant.name, *names)

    def _took(self, name: str, seconds: float) -> None:
        figures.took(self.endpoint, self.route.variant.name, name, seconds)


def _reason(answer: Answer) -> str:
    logs = "See the SageMaker Endpoint logs in your account for more information."
    if not answer.status:
        return f"ClientError: {answer.body.decode(errors='replace')} {logs}"
    side = "client" if 400 <= answer.status < 500 else "server"
    return f"ClientError: Received {side} error ({answer.status}) from model. {logs}"
