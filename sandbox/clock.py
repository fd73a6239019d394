"""The sandbox's time, and loops that run beside the server."""

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)


def now() -> float:
    """Tell the time in seconds since the epoch."""
    return time.time()


class Ticker:
    """A background thread that calls `work` every `interval` seconds until it is stopped.

    An error in one tick is logged and does not end the loop.
    """

    def __init__(self, name: str, interval: float, work: Callable[[], object]) -> None:
        self._interval = interval
        self._work = work
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first tick comes at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the loop and wait for the tick under way (at most five seconds)."""
        self._stopped.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._work()
            except Exception:  # noqa: BLE001 - whatever one tick raises, the loop goes on
                _log.exception("A tick of %s failed", self._thread.name)
            self._stopped.wait(self._interval)
