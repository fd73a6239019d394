"""Lambda: the handlers' own modules, each called as Lambda calls it, so many at once as the account may."""

from __future__ import annotations

import heapq
import importlib.util
import io
import json
import logging
import os
import time
from collections import Counter
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

from benchmarks.load.states import TaskError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.load.account import Account

_LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
_AGAIN = (60.0, 120.0)
"""Seconds after which an asynchronous invocation that failed is tried again; one for which there was no room is after
a second, two, four, up to five minutes, for the hour that an event lives (Lambda developer guide, "Error handling for
asynchronous invocation")."""
_HOUR = 3_600
_FULL = "Lambda.TooManyRequestsException"


@dataclass
class Work:
    """What a function has done: ``seconds`` as billed but for the processor's time, which is apart in ``thought``.

    ``logged`` are characters, ``published`` the names of custom metrics.
    """

    invocations: int = 0
    failures: int = 0
    seconds: float = 0.0
    thought: float = 0.0
    logged: int = 0
    longest: float = 0.0
    published: set[str] = field(default_factory=set)


class Functions:
    """The control plane's functions in one account."""

    def __init__(self, account: Account, variables: Mapping[str, str], concurrency: int, timeout: float) -> None:
        self._account, self._clock = account, account.clock
        self._concurrency, self._timeout = concurrency, timeout
        self._running: list[float] = []
        self.work = {name: Work() for name in ("begin", "advance", "rollback")}
        self.lost: list[tuple[str, str]] = []
        self.errors: Counter[str] = Counter()
        with mock.patch.dict(os.environ, {**variables, "AWS_LAMBDA_FUNCTION_NAME": "load"}):
            self._telemetry = importlib.reload(importlib.import_module("lambdas.adapters.telemetry"))
            self._modules = {name: self._load(name) for name in self.work}

    def _load(self, name: str) -> Any:
        """Run the handler's file as a new environment does; only the clock is not Lambda's."""
        spec = importlib.util.spec_from_file_location(f"load_{name}", _LAMBDAS / name / "handler.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        vars(module)["_world"] = replace(vars(module)["_world"], now=self._clock.time)
        return module

    def call(self, name: str, event: dict[str, Any]) -> tuple[Any, float]:
        """Invoke and wait; raises `TaskError` where the function, or Lambda, fails."""
        began = self._clock.now
        while self._running and self._running[0] <= began:
            heapq.heappop(self._running)
        if len(self._running) >= self._concurrency:
            self.errors[_FULL] += 1
            raise TaskError(_FULL, "Rate Exceeded.")
        try:
            answer = self._run(name, event)
        finally:
            heapq.heappush(self._running, self._clock.now)
        seconds = self._clock.now - began
        return answer, seconds

    def tell(self, name: str, event: dict[str, Any], failed: int = 0, full: int = 0) -> None:
        """Invoke and forget: Lambda tries again by itself, and then gives up."""
        began = self._clock.now
        try:
            self.call(name, event)
        except TaskError as error:
            if error.name == _FULL and 2**full <= _HOUR:
                self._clock.at(began + min(300, 2**full), lambda: self.tell(name, event, failed, full + 1))
            elif error.name != _FULL and failed < len(_AGAIN):
                self._clock.at(began + _AGAIN[failed], lambda: self.tell(name, event, failed + 1, full))
            else:
                self.lost.append((name, error.name))

    def _run(self, name: str, event: dict[str, Any]) -> Any:
        work, began, said = self.work[name], self._clock.now, io.StringIO()
        work.invocations += 1
        self._account.actor = name
        thinking = time.process_time() - self._account.thought
        try:
            with redirect_stdout(said), self._logged_to(said):
                return self._modules[name].handler(event, _CONTEXT)
        except Exception as error:
            work.failures += 1
            self.errors[type(error).__name__] += 1
            raise TaskError(type(error).__name__, str(error)) from error
        finally:
            took = self._clock.now - began
            work.thought += time.process_time() - self._account.thought - thinking
            work.seconds += took
            work.longest = max(work.longest, took)
            work.logged += len(said.getvalue())
            work.published |= _metrics(said.getvalue())
            if took > self._timeout:
                self.errors["Sandbox.Timedout"] += 1

    @contextmanager
    def _logged_to(self, stream: io.StringIO) -> Iterator[None]:
        """Have Powertools' logger, which keeps the stream that it began with, write there."""
        logger = logging.getLogger(self._telemetry.logger.name)
        handler = self._telemetry.logger.registered_handler
        before = handler.setStream(stream)
        try:
            with mock.patch.object(logger, "propagate", new=False):
                yield
        finally:
            handler.setStream(before)


def _metrics(said: str) -> set[str]:
    """Find the names of metrics in log lines of the embedded metric format."""
    lines = [json.loads(line) for line in said.splitlines() if '"_aws"' in line]
    directives = [each for line in lines for each in line["_aws"]["CloudWatchMetrics"]]
    return {metric["Name"] for each in directives for metric in each["Metrics"]}


_CONTEXT = SimpleNamespace(
    function_name="load",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:load",
    aws_request_id="load",
    get_remaining_time_in_millis=lambda: 60_000,
)
