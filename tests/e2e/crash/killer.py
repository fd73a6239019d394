"""Kills the process of a function at a call, before AWS hears of it or before the function hears the answer."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import threading
from collections import Counter, defaultdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.e2e.between import Answer, Call

_ENDPOINT = re.compile(rb"\b(?:calm|alarmed|stuck|outlived)-\d+\b")


class When(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class Point(NamedTuple):
    """A call for one endpoint: the `nth` (from 1) that a `function` makes of a name, of those that are `saying` this.

    What is left empty is any.
    """

    function: str = ""
    call: str = ""
    nth: int = 1
    saying: bytes = b""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.function, self.call, str(self.nth), self.saying.decode())))

    def speaks_of(self, function: str, call: Call) -> bool:
        return self.function in ("", function) and self.call in ("", call.name) and self.saying in call.body


class Kill(NamedTuple):
    """The end of the function's process at a point."""

    point: Point
    when: When

    def __str__(self) -> str:
        return f"{self.when} {self.point}"


class Killer:
    """Carries out the orders of each endpoint, each once; tells what was seen and what was done."""

    def __init__(self) -> None:
        self.done: dict[str, list[Kill]] = defaultdict(list)
        self.seen: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self.doomed: set[tuple[str, str]] = set()
        """Endpoint and function that do not get through a single call."""
        self._orders: dict[str, list[Kill]] = {}
        self._met: Counter[tuple[str, Kill]] = Counter()
        self._lock = threading.Lock()

    def order(self, endpoint: str, kills: Iterable[Kill]) -> None:
        """Kill what serves this endpoint at these points."""
        self._orders[endpoint] = list(kills)

    def left(self, endpoint: str) -> list[Kill]:
        """Tell the orders that have not been carried out."""
        return [kill for kill in self._orders.get(endpoint, ()) if kill not in self.done[endpoint]]

    def __call__(self, call: Call, onward: Callable[[], Answer]) -> Answer | None:
        found = _ENDPOINT.search(call.body)
        with self._lock:
            when = self._fate(found[0].decode() if found else "", call)
        if when is None:
            return onward()
        if when is When.AFTER:
            onward()
        os.kill(_caller(call), signal.SIGKILL)
        return None

    def _fate(self, endpoint: str, call: Call) -> When | None:
        function = call.function.rpartition("-")[2]
        self.seen[endpoint][function, call.name] += 1
        if (endpoint, function) in self.doomed:
            return When.BEFORE
        due = None
        for kill in self._orders.get(endpoint, ()):
            if kill.point.speaks_of(function, call):
                self._met[endpoint, kill] += 1
                if self._met[endpoint, kill] == kill.point.nth:
                    due = kill
        if due is None:
            return None
        self.done[endpoint].append(due)
        return due.when


def _caller(call: Call) -> int:
    """Find the process at the other end of a call's connection (proc(5): /proc/net/tcp, /proc/PID/fd)."""
    held = f"socket:[{_inode(call.port, call.to)}]"
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if any(str(each.readlink()) == held for each in (process / "fd").iterdir()):
                return int(process.name)
    raise AssertionError(f"nobody calls from port {call.port}")


def _inode(port: int, to: int) -> str:
    ends = [f"0100007F:{end:04X}" for end in (port, to)]
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return next(row[9] for row in rows if row[1:3] == ends)
