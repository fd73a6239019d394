"""AWS takes no more calls: nothing is decided by a look that saw nothing, and a way back goes on asking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.control.advance import advance
from lambdas.control.take_back import take_back
from lambdas.rollout.ports import ThrottledError
from lambdas.rollout.state import Phase
from tests.control.test_way_back import Scene
from tests.fakes import FakeEndpoints

if TYPE_CHECKING:
    from lambdas.control.world import World
    from lambdas.rollout.live import Live


class Throttled(FakeEndpoints):
    """No call to SageMaker gets through."""

    def live(self, endpoint: str) -> Live | None:
        raise ThrottledError(f"DescribeEndpoint: ThrottlingException ({endpoint})")


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def throttled(scene: Scene) -> World:
    return replace(scene.fake.world, endpoints=Throttled())


def test_a_look_that_sees_nothing_decides_nothing(scene: Scene, throttled: World) -> None:
    before = scene.fake.ledger.load("mortgage")
    with pytest.raises(ThrottledError):
        advance(throttled, "mortgage")
    assert scene.fake.ledger.load("mortgage") == before
    assert scene.weight == 1_000


def test_an_alarm_is_in_the_ledger_at_once_and_a_workflow_goes_on_asking(scene: Scene, throttled: World) -> None:
    decision = take_back(throttled, "mortgage", cause="alarm a", reason="20 > 5", alarm_since=scene.fake.time)
    assert decision is not None
    assert scene.rollout.phase is Phase.ROLLING_BACK
    revision = scene.fake.ledger.load("mortgage").revision
    assert f"mortgage-1-{revision}" in scene.fake.workflow.started
    assert scene.fake.notifier.told[-1][0].endswith("ROLLING_BACK at 0 %")


def test_a_rollback_that_is_throttled_looks_again_soon_and_gets_through(scene: Scene, throttled: World) -> None:
    take_back(throttled, "mortgage", cause="alarm a", reason="20 > 5", alarm_since=scene.fake.time)
    look = advance(throttled, "mortgage")
    assert look.decision is None
    assert look.again_in is not None
    assert look.again_in <= 4
    advance(scene.fake.world, "mortgage")
    assert scene.weight == 0
    assert scene.rollout.refused is None or "Throttling" not in scene.rollout.refused.reason
