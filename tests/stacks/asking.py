"""Requests to an asynchronous endpoint, sent faster than they are worked off."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlparse

from botocore.exceptions import ClientError

from tests.sandbox.sagemaker.hosting import eventually

if TYPE_CHECKING:
    from tests.stacks.test_native import Deploys


@dataclass
class Asking:
    """Sends requests that take a tenth of a second each, faster than they are worked off, until it is left."""

    deploys: Deploys
    bucket: str
    endpoint: str
    payload: str
    sent: list[Any] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        runtime, s3 = self.deploys.client("sagemaker-runtime"), self.deploys.client("s3")
        s3.put_object(
            Bucket=self.bucket, Key="requests/slow.json", Body=json.dumps({"seconds": 0.1, "who": self.payload})
        )
        where = f"s3://{self.bucket}/requests/slow.json"
        while not self._done.wait(0.02):
            answer = runtime.invoke_endpoint_async(
                EndpointName=self.endpoint, InputLocation=where, ContentType="application/json"
            )
            self.sent.append(answer)

    def settled(self, sent: Any) -> bytes | None:
        """Wait until a request is answered or has failed; give the answer, None for a failure."""
        answered: bytes | None = None

        def found() -> bool:
            nonlocal answered
            answered = self.read(sent["OutputLocation"])
            return answered is not None or self.read(sent["FailureLocation"]) is not None

        eventually(found, 60)
        return answered

    def read(self, place: str) -> bytes | None:
        try:
            key = urlparse(place).path.lstrip("/")
            body: bytes = self.deploys.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError:
            return None
        return body
