"""Warm processes: one event at a time each, two at once need two, changed code or configuration a new one."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.lambda_runtime.environment import Configuration
from sandbox.lambda_runtime.worker import Worker

Start = Callable[[Configuration], Worker]


class ThrottledError(Exception):
    """The function's reserved concurrency is used up."""


class Pool:
    """Processes by function; `start` makes one."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._idle: dict[str, list[tuple[str, Worker]]] = defaultdict(list)
        self._busy: dict[str, list[Worker]] = defaultdict(list)

    @contextmanager
    def worker(self, function: Configuration, limit: int | None) -> Iterator[Worker]:
        """Lend a process; ThrottledError beyond `limit` at once. It stays warm if it is still alive after."""
        worker, stale = self._take(function, limit)
        for old in stale:
            old.stop()
        try:
            yield worker
        finally:
            self._give_back(function, worker)

    def _take(self, function: Configuration, limit: int | None) -> tuple[Worker, list[Worker]]:
        with self._lock:
            if limit is not None and len(self._busy[function.arn]) >= limit:
                raise ThrottledError(function.arn)
            fitting, stale = self._sorted_out(function)
            worker = fitting.pop() if fitting else self._start(function)
            self._idle[function.arn] = [(function.fingerprint, warm) for warm in fitting]
            self._busy[function.arn].append(worker)
            return worker, stale

    def _sorted_out(self, function: Configuration) -> tuple[list[Worker], list[Worker]]:
        fitting: list[Worker] = []
        stale: list[Worker] = []
        for fingerprint, worker in self._idle[function.arn]:
            (fitting if fingerprint == function.fingerprint and worker.alive else stale).append(worker)
        return fitting, stale

    def _give_back(self, function: Configuration, worker: Worker) -> None:
        with self._lock:
            self._busy[function.arn].remove(worker)
            if worker.alive:
                self._idle[function.arn].append((function.fingerprint, worker))

    def stop(self) -> None:
        """End every process."""
        with self._lock:
            workers = [worker for idle in self._idle.values() for _, worker in idle]
            workers += [worker for busy in self._busy.values() for worker in busy]
            self._idle.clear()
        for worker in workers:
            worker.stop()
