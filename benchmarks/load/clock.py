"""A clock that jumps to what happens next."""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_START = 1_800_000_000.0


class Clock:
    """Events in the order of their times.

    What runs at an event may take time (`sleep`), and then sees a later time than the next event has: events are
    atomic, and only the limits of AWS see that they overlap.
    """

    def __init__(self) -> None:
        self.now = _START
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def time(self) -> float:
        """Tell the seconds since the epoch."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass for what is running."""
        self.now += seconds

    def at(self, moment: float, event: Callable[[], None]) -> None:
        """Have something happen then."""
        heapq.heappush(self._waiting, (moment, next(self._numbers), event))

    def run(self, until: float) -> None:
        """Let everything happen that does up to a time."""
        while self._waiting and self._waiting[0][0] <= until:
            self.now, _, event = heapq.heappop(self._waiting)
            event()
        self.now = until
