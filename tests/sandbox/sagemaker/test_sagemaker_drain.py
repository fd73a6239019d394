"""Who works a queue off, when a fleet is just being ended: no request is lost, and none is asked twice."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from sandbox.sagemaker.asynchronous.drain import Drainer
from sandbox.sagemaker.asynchronous.queue import Waiting
from sandbox.sagemaker.catalog import Tags
from sandbox.sagemaker.connections import Answer
from sandbox.sagemaker.describe import Identity
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.fleet import Fleet, State
from sandbox.sagemaker.settings import Settings
from tests.sandbox.sagemaker.hosting import eventually
from tests.sandbox.sagemaker.test_sagemaker_decisions import variant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.sagemaker.endpoints import Endpoints

QUEUE = {"OutputConfig": {"S3OutputPath": "s3://nowhere"}}


@dataclass
class FakeServer:
    """Answers where it grants a lease; it counts how often it was asked for one, and what it answered."""

    grants: bool
    leases: int = 0
    asked: list[bytes] = field(default_factory=list)

    @contextlib.contextmanager
    def lease(self) -> Iterator[bool]:
        self.leases += 1
        yield self.grants

    @property
    def connections(self) -> FakeServer:
        return self

    def ask(self, path: str, body: bytes, headers: object, timeout: float) -> Answer:
        del path, headers, timeout
        self.asked.append(body)
        return Answer(200, b"answer")


@dataclass
class OneEndpoint:
    endpoint: Endpoint

    def all(self) -> list[Endpoint]:
        return [self.endpoint]


def test_a_request_whose_fleet_is_being_ended_waits_for_the_next_one() -> None:
    ending, serving = (
        Fleet(name, (variant("stable"),), queue=QUEUE, serial=serial) for serial, name in enumerate("ab", 1)
    )
    endpoint = Endpoint(Identity("scans", "arn", 0.0), State("InService", "a", 0.0, blue=ending), Tags())
    stopping, running = FakeServer(grants=False), FakeServer(grants=True)
    endpoint.servers = cast("Any", {(1, "stable"): stopping, (2, "stable"): running})
    drainer = Drainer(cast("Endpoints", OneEndpoint(endpoint)), Settings(queue_poll=0.01))
    try:
        endpoint.queue.add(Waiting("one", {}, "s3://nowhere/one.out", received=0.0, body=b"{}", life=1e12))
        drainer.pump(endpoint)
        eventually(lambda: stopping.leases >= 2)
        assert endpoint.queue.size() == 1
        endpoint.servers = cast("Any", {(2, "stable"): running})  # its server is gone, and it is still routed to
        endpoint.change(blue=serving)
        eventually(lambda: endpoint.queue.size() == 0)
    finally:
        drainer.stop()
    assert stopping.asked == []
    assert running.asked == [b"{}"]
