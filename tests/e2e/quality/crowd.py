"""A crowd that asks endpoints at a steady rate, for as long as a block lasts."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Any, Self

import boto3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Crowd:
    """Threads that end with the block, and whose requests they are that failed, by endpoint."""

    def __init__(self, at_once: int) -> None:
        self.failed: Counter[str] = Counter()
        self.pool, self.done = ThreadPoolExecutor(at_once), threading.Event()
        self._runtime: Any = boto3.Session().client("sagemaker-runtime")
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for thread in self._threads:
            thread.join(timeout=20)
        self.pool.shutdown()

    def begin(self, work: Callable[..., None], *args: object) -> None:
        """Let a thread do this until the end."""
        self._threads.append(threading.Thread(target=work, args=args, daemon=True))
        self._threads[-1].start()

    def paced(self, rate: float) -> Iterator[int]:
        """Count from 0 on, so many numbers a second, until the end."""
        began = time.time()
        for number in count():
            if self.done.wait(max(0.0, began + number / rate - time.time())):
                return
            yield number

    def ask(self, endpoint: str, id_: str, rows: Sequence[Mapping[str, object]], variant: str | None = None) -> bool:
        """Send one request about several rows, to a variant where it is named; tells whether it was answered."""
        try:
            self._runtime.invoke_endpoint(
                EndpointName=endpoint,
                Body=json.dumps({"instances": rows}).encode(),
                ContentType="application/json",
                InferenceId=id_,
                **({"TargetVariant": variant} if variant else {}),
            )
        except Exception:  # noqa: BLE001 - whatever a caller meets is what is counted
            self.failed[endpoint] += 1
            return False
        return True
