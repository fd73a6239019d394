"""What a user and an operator see of endpoints while SageMaker replaces their fleets."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Moment(NamedTuple):
    """A moment of a deployment, by DescribeEndpoint: instances of both fleets, and what is done to the new one."""

    old: int
    new: int
    doing: str
    since: float
    """When SageMaker began to do it, in seconds since the epoch."""


class Answer(NamedTuple):
    """Who answered a request (empty: it failed), and when it was sent, in seconds since the epoch."""

    says: str
    at: float


class Watching:
    """Looks at endpoints five times a second and sends each ten requests a second, until it is left."""

    def __init__(self, client: Callable[[str], Any], endpoints: Sequence[str]) -> None:
        self.moments: dict[str, list[Moment]] = defaultdict(list)
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self._client, self._done = client, threading.Event()
        works = (self._ask, self._look)
        self._threads = [
            threading.Thread(target=work, args=(endpoint,), daemon=True) for endpoint in endpoints for work in works
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def baking(self, endpoint: str) -> list[Moment]:
        """Give the first moment of each baking, in order."""
        first: dict[int, Moment] = {}
        for moment in self.moments[endpoint]:
            if moment.doing == "Baking":
                first.setdefault(moment.new, moment)
        return list(first.values())

    def answered(self, endpoint: str, since: float, until: float) -> set[str]:
        """Tell who answered what was sent in the interval."""
        return {answer.says for answer in self.answers[endpoint] if since <= answer.at < until}

    def _look(self, endpoint: str) -> None:
        sagemaker = self._client("sagemaker")
        while not self._done.wait(0.2):
            shown = sagemaker.describe_endpoint(EndpointName=endpoint)
            pending = shown.get("PendingDeploymentSummary")
            if pending:
                (old,), (new,) = shown["ProductionVariants"], pending["ProductionVariants"]
                (status,) = new["VariantStatus"]
                counts = (old["CurrentInstanceCount"], new["CurrentInstanceCount"])
                self.moments[endpoint].append(Moment(*counts, status["Status"], status["StartTime"].timestamp()))

    def _ask(self, endpoint: str) -> None:
        runtime = self._client("sagemaker-runtime")
        while not self._done.wait(0.1):
            at = time.time()
            try:
                answer = runtime.invoke_endpoint(EndpointName=endpoint, Body=b"{}", ContentType="application/json")
                says = json.load(answer["Body"])["says"]
            except runtime.exceptions.ModelError:
                says = ""
            self.answers[endpoint].append(Answer(says, at))
