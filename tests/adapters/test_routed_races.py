"""Two writers of assignment documents at once, and a crash, before and after every single call (decision 3)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from lambdas.adapters.appconfig import AppConfigAssignments
from lambdas.adapters.routed import RoutedEndpoints
from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.take_back import take_back
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Routing
from lambdas.rollout.ports import EndpointBusyError
from lambdas.rollout.state import Phase, Rollout
from tests.adapters.appconfig_memory import MemoryAppConfig, Watched
from tests.control.test_races import CrashError, Intruder, void
from tests.examples import PLAN, RELEASE, live
from tests.fakes import FakeWorld

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.control.world import World

STEPS = tuple(replace(step, approval=False) for step in PLAN.steps)
STICKY = replace(RELEASE, plan=replace(PLAN, steps=STEPS, guardrails=(ErrorRate(),), routing=Routing.STICKY))
CALLS = 30
"""More than any action makes; later points simply never come."""


@dataclass
class Scene:
    """A sticky rollout in memory."""

    fake: FakeWorld
    appconfig: MemoryAppConfig

    def __init__(self, *, guarded: bool = True) -> None:
        self.fake, self.appconfig = FakeWorld(), MemoryAppConfig(guarded=guarded)
        self.fake.ledger.releases["mortgage"] = STICKY
        self.fake.endpoints.lives["mortgage"] = live()
        begin_rollout(self.world(), "mortgage")

    @property
    def assignments(self) -> AppConfigAssignments:
        return AppConfigAssignments(self.appconfig, "test")

    def world(self, intruder: Intruder | None = None) -> World:
        """The world as one actor has it, with an intruder between its calls."""
        if intruder is None:
            return replace(self.fake.world, endpoints=RoutedEndpoints(self.fake.endpoints, self.assignments))
        watched = AppConfigAssignments(Watched(self.appconfig, intruder.call), "test")
        world = intruder.wrap(self.fake.world)
        return replace(world, endpoints=RoutedEndpoints(world.endpoints, watched))

    @property
    def share(self) -> int:
        """The canary's share, of users or of SageMaker's weights."""
        found = self.world().endpoints.live("mortgage")
        assert found is not None
        assert found.canary_weight == found.canary_desired
        return found.canary_weight

    @property
    def rollout(self) -> Rollout:
        found = self.fake.ledger.load("mortgage").rollout
        assert found is not None
        return found

    def look(self, intruder: Intruder | None = None) -> None:
        self._count()
        advance(self.world(intruder), "mortgage")
        self.fake.time += 60

    def _count(self) -> None:
        """Let the router count a period's requests, without an error."""
        weight, values = self.share, self.fake.metrics.values
        for variant, share in ((CANARY, weight), (STABLE, FULL - weight)):
            for name, count in (("RoutedRequests", 6_000 * share // FULL), ("RoutedErrors", 0)):
                values.setdefault((variant, name), {})[self.fake.time] = count

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(60):
            if condition():
                return
            self.look()
        raise AssertionError(self.rollout)

    def back(self, intruder: Intruder | None = None) -> None:
        take_back(self.world(intruder), "mortgage", cause="alarm a", reason="20 > 5", alarm_since=self.fake.time)

    def taken_back(self) -> bool:
        self.until(lambda: self.rollout.phase.ended)
        own = self.fake.endpoints.lives["mortgage"].canary_weight
        return (self.rollout.phase, self.share, own) == (Phase.ROLLED_BACK, 0, 0)


def _about_to_advance(*, guarded: bool = True) -> Scene:
    scene = Scene(guarded=guarded)
    scene.until(lambda: scene.rollout.serving_since is not None)
    scene.look()
    assert scene.share == 1_000
    return scene


def _handing_over() -> Scene:
    scene = Scene()
    scene.until(lambda: scene.rollout.handing_over)
    assert scene.share == FULL
    return scene


def test_a_sticky_rollout_moves_no_weight_until_it_is_handed_over() -> None:
    scene = Scene()
    scene.until(lambda: scene.rollout.handing_over)
    assert [weight for weight in scene.fake.endpoints.writes if weight] == [FULL]
    scene.until(lambda: scene.rollout.phase.ended)
    found = scene.world().endpoints.live("mortgage")
    assert found is not None
    assert (scene.rollout.phase, found.canary_weight, found.routed) == (Phase.PROMOTED, FULL, False)


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_rollback_at_any_point_of_an_advance_wins(nth: int, after: bool, guarded: bool) -> None:  # noqa: FBT001
    scene = _about_to_advance(guarded=guarded)
    intruder = Intruder(nth, after, scene.back)
    scene.look(intruder)
    if intruder.count < nth:
        scene.back()
    assert scene.taken_back()


@pytest.mark.parametrize("nth", range(1, CALLS))
def test_an_advance_at_any_point_of_a_rollback_loses(nth: int) -> None:
    scene = _about_to_advance()
    scene.back(Intruder(nth, after=False, act=lambda: void(advance(scene.world(), "mortgage"))))
    assert scene.taken_back()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_rollback_that_dies_at_any_call_is_finished(nth: int, after: bool) -> None:  # noqa: FBT001 - a parameter
    scene = _about_to_advance()
    with contextlib.suppress(CrashError):
        scene.back(Intruder(nth, after, _crash))
    scene.back()  # EventBridge and Lambda deliver again
    assert scene.taken_back()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_an_advance_that_dies_at_any_call_is_finished(nth: int, after: bool) -> None:  # noqa: FBT001 - a parameter
    scene = _about_to_advance()
    with contextlib.suppress(CrashError):
        advance(scene.world(Intruder(nth, after, _crash)), "mortgage")
    advance(scene.world(), "mortgage")
    assert scene.share == scene.rollout.weight == 5_000


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_rollback_at_any_point_of_the_handing_over_wins(nth: int, after: bool) -> None:  # noqa: FBT001
    scene = _handing_over()
    intruder = Intruder(nth, after, scene.back)
    for _ in range(3):
        if not scene.rollout.phase.ended:
            scene.look(intruder)
    if intruder.count >= nth and scene.rollout.phase is not Phase.PROMOTED:
        assert scene.taken_back()
    else:
        assert scene.rollout.phase is Phase.PROMOTED


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_the_kill_switch_stays_on_wherever_it_is_turned_during_an_advance(nth: int, guarded: bool) -> None:  # noqa: FBT001
    scene = _about_to_advance(guarded=guarded)
    intruder = Intruder(nth, after=True, act=lambda: _kill(scene))
    scene.look(intruder)
    if intruder.count < nth:
        _kill(scene)
    scene.look()
    assert scene.share == 0
    published = scene.assignments.published("mortgage")
    assert published is not None
    assert published.deployed is not None
    assert published.deployed.stable_only


def _kill(scene: Scene) -> None:
    """Turn the switch as an operator does: again, while it is refused."""
    for _ in range(3):
        with contextlib.suppress(EndpointBusyError):
            scene.assignments.set_stable_only("mortgage", on=True)
            return


def _crash() -> None:
    raise CrashError
