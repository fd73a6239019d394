"""A bank: people ask its endpoints, and some time later the truth about each of them is known."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Self

import boto3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.data import Applicant

DELAY = 10.0
"""Seconds until a truth is known."""
_EVERY = 3.0
"""Seconds between two files of truths."""


_TOGETHER = 4
"""People in one request."""


class Bank:
    """Requests to endpoints until the block ends, and files of ground truth about them."""

    def __init__(self, people: Sequence[Applicant], bucket: str, prefix: str) -> None:
        self.failed: Counter[str] = Counter()
        self._people, self._bucket, self._prefix = people, bucket, prefix
        self._runtime: Any = boto3.Session().client("sagemaker-runtime")
        self._s3: Any = boto3.Session().client("s3")
        self._asked: dict[str, list[tuple[float, str, str]]] = defaultdict(list)
        self._threads: list[threading.Thread] = []
        self._pool, self._done = ThreadPoolExecutor(16), threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(timeout=20)
        self._pool.shutdown()

    def open(self, endpoint: str, rate: float) -> None:
        """Send an endpoint so many requests a second, about several people each."""
        for work in (self._ask, self._reveal):
            self._threads.append(threading.Thread(target=work, args=(endpoint, rate), daemon=True))
            self._threads[-1].start()

    def _ask(self, endpoint: str, rate: float) -> None:
        began = time.time()
        for number in count():
            if self._done.wait(max(0.0, began + number / rate - time.time())):
                return
            self._pool.submit(self._one, endpoint, number)

    def _one(self, endpoint: str, number: int) -> None:
        people = [self._people[(_TOGETHER * number + i) % len(self._people)] for i in range(_TOGETHER)]
        id_ = f"{endpoint}-{number}"
        asked = [{name: value for name, value in person.items() if name != "deny"} for person in people]
        try:
            self._runtime.invoke_endpoint(
                EndpointName=endpoint,
                Body=json.dumps({"instances": asked}).encode(),
                ContentType="application/json",
                InferenceId=id_,
            )
        except Exception:  # noqa: BLE001 - whatever a caller meets is what is counted
            self.failed[endpoint] += 1
        else:
            self._asked[endpoint].append((time.time(), id_, "\n".join(str(person["deny"]) for person in people)))

    def _reveal(self, endpoint: str, _rate: float) -> None:
        told = 0
        while not self._done.wait(_EVERY):
            known = [each for each in self._asked[endpoint][told:] if each[0] < time.time() - DELAY]
            told += len(known)
            if known:
                self._write(endpoint, told, "\n".join(_truth(id_, labels) for _, id_, labels in known))

    def _write(self, endpoint: str, told: int, body: str) -> None:
        hour = datetime.now(UTC).strftime("%Y/%m/%d/%H")
        key = f"{self._prefix}/{endpoint}/{hour}/{told}.jsonl"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body.encode())


def _truth(id_: str, labels: str) -> str:
    truth = {"groundTruthData": {"data": labels, "encoding": "CSV"}, "eventMetadata": {"eventId": id_}}
    return json.dumps(truth | {"eventVersion": "0"})
