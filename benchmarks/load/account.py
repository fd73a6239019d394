"""An AWS account in memory, behind boto3's own clients: requests end here instead of on the network.

boto3 serializes, signs, parses and tries again as it does in a Lambda; only the wire is missing (botocore's
``before-send``, as moto does it).
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import botocore.endpoint
import botocore.retries.quota
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HTTPHeaders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.load.clock import Clock
    from benchmarks.load.limits import Limits

Answer = dict[str, Any]
Operation = "Callable[[dict[str, Any]], Answer]"
ROUND_TRIP = 0.015
"""Seconds from a request to its answer within a region: an assumption."""
_SNS = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"

_SNS_REFUSED = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"


class RefusedError(Exception):
    """AWS says no: an error code and a message."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.body = {"__type": code, "message": message, "Message": message, **more}


class Account:
    """Answers by API name, counts every request by who makes it, and refuses what is above the limits.

    ``stubborn`` are the requests that are refused besides before one is answered; ``thought`` the seconds of the
    processor that AWS has taken, and no function.
    """

    def __init__(self, clock: Clock, limits: Limits, stubborn: int = 0) -> None:
        self.clock, self._limits, self._stubborn = clock, limits, stubborn
        self.operations: dict[str, Callable[[dict[str, Any]], Answer]] = {"Publish": lambda _: {}}
        self.actor = ""
        self.calls: Counter[tuple[str, str]] = Counter()
        self.refused: Counter[str] = Counter()
        self.busiest: Counter[str] = Counter()
        self._begged = 0
        self.thought = 0.0
        self._taken: defaultdict[tuple[str, int], int] = defaultdict(int)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Send every boto3 client that is made meanwhile here, and let it wait by the clock."""
        session = boto3.Session(
            aws_access_key_id="load",
            aws_secret_access_key="load",  # noqa: S106 - nobody checks it
            region_name="eu-west-1",
        )
        answer: Any = self._answer
        session.events.register("before-send", answer)
        # Every Lambda environment has a quota of retries of its own; here all share one that is as large.
        quota = partial(botocore.retries.quota.RetryQuota, initial_capacity=500 * self._limits.concurrency)
        with (
            mock.patch.object(boto3, "DEFAULT_SESSION", session),
            mock.patch.object(botocore.retries.quota, "RetryQuota", quota),
            mock.patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=self.clock.sleep)),
        ):
            before = random.getstate()
            random.seed(16)  # boto3's jitter: the same load goes the same way
            try:
                yield
            finally:
                random.setstate(before)

    def take(self, api: str) -> bool:
        """Count a request; tells whether the limit leaves room for it in this second."""
        second = (api, int(self.clock.now))
        self.calls[self.actor, api] += 1
        self._begged = (self._begged + 1) % (self._stubborn + 1)
        if self._begged or self._taken[second] >= self._limits.rates[api]:
            self.refused[api] += 1
            return False
        self._taken[second] += 1
        self.busiest[api] = max(self.busiest[api], self._taken[second])
        return True

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        thinking = time.process_time()
        try:
            return self._answered(request)
        finally:
            self.thought += time.process_time() - thinking

    def _answered(self, request: AWSPreparedRequest) -> AWSResponse:
        self.clock.sleep(ROUND_TRIP)
        target = request.headers.get("X-Amz-Target", b"Publish")
        api = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        taken = self.take(api)
        if api == "Publish":  # the one that speaks XML
            return AWSResponse(
                request.url, 200 if taken else 400, HTTPHeaders(), _Body((_SNS if taken else _SNS_REFUSED).encode())
            )
        if not taken:
            return _response(request, 400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
        body: Any = request.body
        try:
            return _response(request, 200, self.operations[api](json.loads(body)))
        except RefusedError as error:
            return _response(request, 400, error.body)


def _response(request: AWSPreparedRequest, status: int, body: Answer) -> AWSResponse:
    return AWSResponse(request.url, status, HTTPHeaders(), _Body(json.dumps(body).encode()))


class _Body:
    """The stream that AWSResponse reads."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Give all at once."""
        yield self._content
