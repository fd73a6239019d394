"""A deploy of the same models in mid-rollout, on other instances say: the rollout goes on in what it has made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.take_back import take_back
from lambdas.rollout.names import back_shape, config_prefix
from lambdas.rollout.plan import Shadow, Step
from lambdas.rollout.release import BACK, PAIR, SHADOW, Release, Stage
from lambdas.rollout.state import Kind, Phase, Rollout
from lambdas.rollout.way_back import PATIENCE
from tests.examples import PLAN, RELEASE, healthy, live
from tests.fakes import FakeWorld, with_weight

if TYPE_CHECKING:
    from lambdas.rollout.live import Live

SHADOWED = replace(PLAN, steps=(Step(0, 120, 600, shadow=Shadow(60, 5_000)), *PLAN.steps))


def release(shape: str, *names: str) -> Release:
    """A deploy whose configurations have that shape."""
    shapes = {SHADOW: "5" * 8, PAIR: shape, BACK: back_shape(shape)}
    stages = [
        Stage(name, shapes[name], config_prefix("mortgage", RELEASE.pair, shapes[name]) + shape * 3) for name in names
    ]
    return replace(RELEASE, shape=shape, stages=tuple(stages))


BEFORE, AFTER = (release(shape, PAIR, BACK) for shape in ("bbbb2222", "cccc3333"))


class Scene:
    """A rollout at 10 %, while a deploy replaces the fleet under it."""

    def __init__(self, before: Release = BEFORE) -> None:
        self.fake = FakeWorld()
        self.deploy(before)
        begin_rollout(self.fake.world, "mortgage")
        self.look(2)

    def deploy(self, deployed: Release, stage: str = PAIR) -> None:
        """Do as Terraform does: the release, then another configuration with the live weights, then the old goes."""
        lives, configurations = self.fake.endpoints.lives, self.fake.endpoints.configurations
        weight = lives["mortgage"].canary_weight if lives else 0
        self.fake.ledger.releases["mortgage"] = deployed
        configurations.clear()
        for each in deployed.stages:
            configurations[each.config] = replace(live(weight=weight), config=each.config)
        lives["mortgage"] = configurations[deployed.config(stage)]

    def look(self, times: int = 1, seconds: int = 60) -> None:
        for _ in range(times):
            weight = self.live.canary_weight
            self.fake.metrics.tables.append(healthy(self.fake.time, weight=weight))
            self.fake.time += seconds
            advance(self.fake.world, "mortgage")

    @property
    def live(self) -> Live:
        return self.fake.endpoints.lives["mortgage"]

    @property
    def rollout(self) -> Rollout:
        found = self.fake.ledger.load("mortgage").rollout
        assert found is not None
        return found

    @property
    def kinds(self) -> list[Kind]:
        return [entry.kind for entry in self.fake.ledger.history("mortgage", 1) if entry.kind is not Kind.HOLD]


def test_it_goes_on_where_it_stood_and_says_so() -> None:
    scene = Scene()
    assert (scene.rollout.phase, scene.rollout.weight) == (Phase.PROGRESSING, 1_000)
    scene.deploy(replace(AFTER, plan=SHADOWED))
    for _ in range(3):
        begin_rollout(scene.fake.world, "mortgage")
    assert (scene.rollout.number, scene.rollout.phase, scene.rollout.weight) == (1, Phase.PROGRESSING, 1_000)
    assert scene.rollout.release == AFTER  # and the plan is the one that was reviewed
    told = [entry for entry in scene.fake.ledger.history("mortgage", 1) if "another deploy" in entry.reason]
    assert [(entry.cause, entry.reason) for entry in told] == [
        ("deploy", "another deploy of v2 beside v1 serves; rollout 1 (v2) goes on")
    ]
    scene.look(4)
    assert scene.rollout.weight == 5_000


def test_nothing_is_taken_up_before_it_serves() -> None:
    scene = Scene()
    scene.fake.ledger.releases["mortgage"] = AFTER
    begin_rollout(scene.fake.world, "mortgage")
    scene.look()
    assert scene.rollout.release == BEFORE
    scene.fake.endpoints.lives["mortgage"] = replace(live(status="Updating"), config=AFTER.config(PAIR))
    begin_rollout(scene.fake.world, "mortgage")
    assert scene.rollout.release == BEFORE


@pytest.mark.parametrize("told", [True, False], ids=["", "the deploy's event is lost"])
def test_the_second_way_back_is_the_one_that_the_deploy_has_made(told: bool) -> None:  # noqa: FBT001 - a parameter
    scene = Scene()
    scene.deploy(AFTER)
    if told:
        begin_rollout(scene.fake.world, "mortgage")
    scene.fake.endpoints.refuses["weights"] = "AccessDeniedException: no"
    take_back(scene.fake.world, "mortgage", cause="operator ada", reason="it lies")
    scene.look(int(PATIENCE / 2) + 5, seconds=2)
    assert scene.live.config == AFTER.config(BACK)


def test_a_look_before_the_deploys_event_does_not_go_back_to_what_is_gone() -> None:
    first, second = (replace(release(s, SHADOW, PAIR, BACK), plan=SHADOWED) for s in ("bbbb2222", "cccc3333"))
    scene = Scene(first)
    assert scene.rollout.config == scene.live.config == first.config(SHADOW)
    scene.deploy(second, SHADOW)
    scene.look()
    assert scene.rollout.config == scene.live.config == second.config(SHADOW)
    assert Kind.ROLL_BACK not in scene.kinds


def test_a_canary_that_was_rolled_back_keeps_no_traffic_that_a_late_deploy_gives_it() -> None:
    """A plan says the live weights of its own time; it may be applied hours later."""
    scene = Scene()
    take_back(scene.fake.world, "mortgage", cause="operator ada", reason="it lies")
    scene.look(3)
    assert (scene.rollout.phase, scene.live.canary_weight) == (Phase.ROLLED_BACK, 0)
    scene.deploy(AFTER)
    scene.fake.endpoints.lives["mortgage"] = with_weight(scene.live, 1_000)
    begin_rollout(scene.fake.world, "mortgage")
    assert scene.rollout.phase is Phase.ROLLING_BACK
    assert len(scene.fake.workflow.started) == 3  # at first, by the operator, and now
    assert "its canary has traffic again" in scene.fake.notifier.told[-1][1]
    begin_rollout(scene.fake.world, "mortgage")
    scene.look(3)
    assert (scene.rollout.number, scene.rollout.phase, scene.live.canary_weight) == (1, Phase.ROLLED_BACK, 0)
    assert scene.rollout.release == AFTER
