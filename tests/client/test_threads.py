"""Threads share a client: one polls, the others go on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lambdas.client.polled import Place, Polled, Times
from tests.client.test_polled import Data


class Slow(Data):
    """Holds a poll up until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.asked = threading.Event(), threading.Event()

    def get_latest_configuration(self, **asked: Any) -> Any:
        self.asked.set()
        assert self.go.wait(20)
        return super().get_latest_configuration(**asked)


def test_the_first_poll_is_waited_for_and_done_once() -> None:
    data, now = Slow(), 1_000.0
    polled = Polled(data, Place("a", "e", "p"), int, Times(), lambda: now)
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(polled.get) for _ in range(8)]
        assert data.asked.wait(20)
        data.go.set()
        assert [each.result(20) for each in found] == [1] * 8
    assert data.polls == 1


def test_later_polls_hold_up_nobody_else() -> None:
    data, time = Slow(), [1_000.0]
    polled = Polled(data, Place("a", "e", "p"), int, Times(), lambda: time[0])
    data.go.set()
    assert polled.get() == 1
    data.go.clear()
    data.asked.clear()
    data.content, time[0] = b"2", 1_015.0
    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(polled.get)
        assert data.asked.wait(20)
        assert polled.get() == 1
        data.go.set()
        assert polling.result(20) == 2
