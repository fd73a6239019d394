"""Two writers at once: whichever order their writes take, the rollback wins (DESIGN 4.4, invariant 1).

Another actor's whole action, or a crash, is injected before and after every single call that an actor makes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.take_back import take_back
from lambdas.control.world import World
from lambdas.rollout.state import Phase
from tests.examples import RELEASE, healthy, live
from tests.fakes import FakeWorld

CALLS = 16
"""More than any action makes; later points simply never come."""


class CrashError(Exception):
    """The function's process died."""


@dataclass
class Intruder:
    """Wraps a port and runs `act` around the `nth` call made on any wrapped port."""

    nth: int
    after: bool
    act: Callable[[], None]
    count: int = 0

    def wrap(self, world: World) -> World:
        return replace(
            world,
            ledger=_Wrapped(world.ledger, self),
            endpoints=_Wrapped(world.endpoints, self),
            metrics=_Wrapped(world.metrics, self),
            workflow=_Wrapped(world.workflow, self),
            notifier=_Wrapped(world.notifier, self),
        )

    def call(self, method: Callable[..., Any], *args: Any) -> Any:
        self.count += 1
        mine = self.count == self.nth
        if mine and not self.after:
            self.act()
        result = method(*args)
        if mine and self.after:
            self.act()
        return result


class _Wrapped:
    """Any port, with every call passing through the intruder."""

    def __init__(self, port: Any, intruder: Intruder) -> None:
        self._port, self._intruder = port, intruder

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)
        return lambda *args: self._intruder.call(method, *args)


def _about_to_advance() -> FakeWorld:
    """At 10 %, baked and passed: the next look raises the weight to 50 %."""
    fake = FakeWorld()
    fake.ledger.releases["mortgage"] = RELEASE
    fake.endpoints.lives["mortgage"] = live()
    begin_rollout(fake.world, "mortgage")
    for _ in range(3):
        fake.metrics.tables.append(healthy(fake.time, weight=fake.endpoints.lives["mortgage"].canary_weight))
        advance(fake.world, "mortgage")
        fake.time += 60
    assert fake.endpoints.lives["mortgage"].canary_weight == 1_000
    return fake


def _settle(fake: FakeWorld) -> None:
    for _ in range(4):
        fake.time += 31
        advance(fake.world, "mortgage")


def _back(world: World, at: float) -> None:
    take_back(world, "mortgage", cause="alarm a", reason="20 > 5", alarm_since=at)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_rollback_at_any_point_of_an_advance_wins(nth: int, after: bool) -> None:  # noqa: FBT001 - a parameter
    fake = _about_to_advance()
    intruder = Intruder(nth, after, lambda: _back(fake.world, fake.time))
    advance(intruder.wrap(fake.world), "mortgage")
    if intruder.count < nth:
        _back(fake.world, fake.time)
    assert fake.endpoints.lives["mortgage"].canary_weight == 0
    _settle(fake)
    state = fake.ledger.load("mortgage")
    assert state.rollout is not None
    assert (state.rollout.phase, fake.endpoints.lives["mortgage"].canary_weight) == (Phase.ROLLED_BACK, 0)


@pytest.mark.parametrize("nth", range(1, CALLS))
def test_an_advance_at_any_point_of_a_rollback_loses(nth: int) -> None:
    fake = _about_to_advance()
    intruder = Intruder(nth, after=False, act=lambda: void(advance(fake.world, "mortgage")))
    _back(intruder.wrap(fake.world), fake.time)
    assert fake.endpoints.lives["mortgage"].canary_weight == 0


def void(_: object) -> None:
    """Drop a result."""


def _crash() -> None:
    raise CrashError


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_rollback_that_dies_at_any_call_is_finished_by_the_next_look(nth: int, after: bool) -> None:  # noqa: FBT001
    fake = _about_to_advance()
    intruder = Intruder(nth, after, _crash)
    try:
        _back(intruder.wrap(fake.world), fake.time)
    except CrashError:
        _back(fake.world, fake.time)  # EventBridge and Lambda deliver again
    _settle(fake)
    state = fake.ledger.load("mortgage")
    assert state.rollout is not None
    assert (state.rollout.phase, fake.endpoints.lives["mortgage"].canary_weight) == (Phase.ROLLED_BACK, 0)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_an_advance_that_dies_at_any_call_is_finished_by_the_next_look(nth: int, after: bool) -> None:  # noqa: FBT001
    fake = _about_to_advance()
    intruder = Intruder(nth, after, _crash)
    try:
        advance(intruder.wrap(fake.world), "mortgage")
    except CrashError:
        advance(fake.world, "mortgage")
    state = fake.ledger.load("mortgage")
    assert state.rollout is not None
    assert fake.endpoints.lives["mortgage"].canary_weight == state.rollout.weight == 5_000


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_begin_that_dies_at_any_call_is_finished_by_the_next_event(nth: int, after: bool) -> None:  # noqa: FBT001
    fake = FakeWorld()
    fake.ledger.releases["mortgage"] = RELEASE
    fake.endpoints.lives["mortgage"] = live()
    intruder = Intruder(nth, after, _crash)
    try:
        begin_rollout(intruder.wrap(fake.world), "mortgage")
    except CrashError:
        begin_rollout(fake.world, "mortgage")
    assert len(fake.ledger.entries) == 1
    assert list(fake.workflow.started) == ["mortgage-1-0"]
