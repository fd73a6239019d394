"""Work that is done in the background, now or later, so that no request waits for what it sets off."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_log = logging.getLogger(__name__)
Task = Callable[[], object]
_WORKERS = 16


class Backlog:
    """Runs tasks on a few threads, each not before its delay is over; what waits at the stop is dropped."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: list[tuple[float, int, Task]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._running = False

    def start(self) -> None:
        """Begin to work."""
        self._running = True
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix=self._name)
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def stop(self) -> None:
        """Stop; tasks under way are not waited for."""
        with self._changed:
            if not self._running:
                return
            self._running = False
            self._changed.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def add(self, task: Task, delay: float = 0.0) -> None:
        """Do `task` after `delay` seconds."""
        with self._changed:
            heapq.heappush(self._waiting, (time.monotonic() + delay, next(self._numbers), task))
            self._changed.notify()

    def _run(self) -> None:
        while (task := self._next()) is not None:
            self._pool.submit(self._do, task)

    def _next(self) -> Task | None:
        with self._changed:
            while self._running:
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(wait)
        return None

    def _do(self, task: Task) -> None:
        try:
            task()
        except Exception:  # noqa: BLE001 - whatever one task raises, the others go on
            _log.exception("A task of %s failed", self._name)


BACKLOG = Backlog("backlog")
