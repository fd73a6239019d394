"""A bank: people ask its endpoints, and some time later the truth about each of them is known."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import requests

from demo.people import post
from tests.e2e.quality.crowd import Crowd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from demo.data import Applicant

DELAY = 10.0
"""Seconds until a truth is known."""
_EVERY = 3.0
"""Seconds between two files of truths."""


_TOGETHER = 4
"""People in one request."""


def _denied(person: Applicant) -> str:
    return str(person["deny"])


class Bank(Crowd):
    """Requests to endpoints until the block ends, and files of ground truth about them."""

    def __init__(
        self, people: Sequence[Applicant], bucket: str, prefix: str, told: Callable[[Applicant], str] = _denied
    ) -> None:
        super().__init__(at_once=16)
        self._told = told
        self._people, self._bucket, self._prefix = people, bucket, prefix
        self._s3: Any = boto3.Session().client("s3")
        self._asked: dict[str, list[tuple[float, str, str]]] = defaultdict(list)

    def open(self, endpoint: str, rate: float, reports: str = "") -> None:
        """Send an endpoint so many requests a second, about several people each.

        Truths are told by files, or one by one to the function whose address takes ``reports``.
        """
        self.begin(self._ask, endpoint, rate)
        self.begin(self._reveal, endpoint, reports)

    def _ask(self, endpoint: str, rate: float) -> None:
        for number in self.paced(rate):
            self.pool.submit(self._one, endpoint, number)

    def _one(self, endpoint: str, number: int) -> None:
        people = [self._people[(_TOGETHER * number + i) % len(self._people)] for i in range(_TOGETHER)]
        id_ = f"{endpoint}-{number}"
        asked = [{name: value for name, value in person.items() if name != "deny"} for person in people]
        if self.ask(endpoint, id_, asked):
            self._asked[endpoint].append((time.time(), id_, "\n".join(map(self._told, people))))

    def _reveal(self, endpoint: str, reports: str) -> None:
        told, session = 0, requests.Session()
        while not self.done.wait(_EVERY):
            known = [each for each in self._asked[endpoint][told:] if each[0] < time.time() - DELAY]
            told += len(known)
            for _, id_, labels in known if reports else ():
                report = json.dumps({"inference_id": id_, "truth": labels.split("\n")}).encode()
                post(f"{reports}{endpoint}", report, {}, session).raise_for_status()
            if known and not reports:
                self._write(endpoint, told, "\n".join(_truth(id_, labels) for _, id_, labels in known))

    def _write(self, endpoint: str, told: int, body: str) -> None:
        hour = datetime.now(UTC).strftime("%Y/%m/%d/%H")
        key = f"{self._prefix}/{endpoint}/{hour}/{told}.jsonl"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body.encode())


def _truth(id_: str, labels: str) -> str:
    truth = {"groundTruthData": {"data": labels, "encoding": "CSV"}, "eventMetadata": {"eventId": id_}}
    return json.dumps(truth | {"eventVersion": "0"})
