"""Ctrl-C in a drill: noted, and heard where stopping does no harm."""

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Bell:
    """Whether somebody wants the drill to end; what it has deployed is put back all the same."""

    rung: bool = False


@contextlib.contextmanager
def bell() -> Iterator[Bell]:
    """Turn the signals that end a process into a bell, until the block ends."""
    hung = Bell()

    def ring(*_: object) -> None:
        hung.rung = True

    before = {number: signal.signal(number, ring) for number in _SIGNALS}
    try:
        yield hung
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
