"""Stable's instances, so that they can take everything back: raised before more traffic is taken from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.take_back import take_back
from lambdas.rollout.names import STABLE
from lambdas.rollout.plan import FULL
from lambdas.rollout.release import Capacity, Release
from lambdas.rollout.room import LOOKS_BACK, load, wanted
from lambdas.rollout.state import Kind, Phase, Rollout, Share
from tests.examples import PLAN, RELEASE, healthy, live
from tests.fakes import FakeWorld, with_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.rollout.live import Variant

CAPACITY = Capacity(per_instance=1_000.0, most=8)
STEPS = tuple(replace(step, approval=False) for step in PLAN.steps)
SCALED = replace(RELEASE, plan=replace(PLAN, steps=STEPS), capacity=CAPACITY)


class Scene:
    """Two instances of stable at 1,000 requests a minute each, and so many requests a minute."""

    def __init__(self, requests: int, release: Release = SCALED) -> None:
        self.requests, self.fake = requests, FakeWorld()
        self.fake.ledger.releases["mortgage"] = release
        self.fake.endpoints.lives["mortgage"] = live()
        begin_rollout(self.fake.world, "mortgage")

    @property
    def rollout(self) -> Rollout:
        found = self.fake.ledger.load("mortgage").rollout
        assert found is not None
        return found

    @property
    def stable(self) -> Variant:
        found = self.fake.endpoints.lives["mortgage"].variant(STABLE)
        assert found is not None
        return found

    @property
    def weight(self) -> int:
        return self.fake.endpoints.lives["mortgage"].canary_weight

    def serve(self, periods: int) -> None:
        for _ in range(periods):
            table = healthy(self.fake.time, requests=self.requests, weight=self.weight)
            self.fake.metrics.tables.append(table)
            self.fake.time += 60
            advance(self.fake.world, "mortgage")

    def serve_until(self, weight: int) -> None:
        self._until(lambda: self.weight >= weight)

    def serve_until_raised(self) -> None:
        self._until(lambda: bool(self.fake.endpoints.counts))

    def _until(self, done: Callable[[], bool]) -> None:
        for _ in range(60):
            if done():
                return
            self.serve(1)
        raise AssertionError(f"not in an hour: {self.kept()}")

    def alarm(self) -> None:
        take_back(self.fake.world, "mortgage", cause="alarm a", reason="20 > 5", alarm_since=self.fake.time)

    def look(self, times: int) -> None:
        for _ in range(times):
            self.fake.time += 20
            advance(self.fake.world, "mortgage")

    def kept(self) -> str:
        return "\n".join(entry.reason for entry in self.fake.ledger.history("mortgage", 1))


def test_a_fleet_that_can_take_everything_back_is_left_alone() -> None:
    scene = Scene(requests=2_000)
    scene.serve(20)
    assert (scene.rollout.phase, scene.fake.endpoints.counts) == (Phase.PROMOTED, [])


def test_a_fleet_that_cannot_is_raised_before_the_canary_gets_more() -> None:
    scene = Scene(requests=5_000)
    scene.serve(2)
    assert scene.weight == 1_000
    scene.serve_until_raised()
    assert (scene.stable.count, scene.weight) == (5, 1_000)
    assert "stable has 2 of the 5 instances that take 5000 requests a minute back" in scene.kept()
    scene.serve(20)
    assert (scene.rollout.phase, scene.fake.endpoints.counts) == (Phase.PROMOTED, [5])


def test_no_fleet_grows_beyond_its_maximum() -> None:
    scene = Scene(requests=50_000)
    scene.serve(20)
    assert (scene.rollout.phase, scene.fake.endpoints.counts) == (Phase.PROMOTED, [CAPACITY.most])


@pytest.mark.parametrize("how", ["fails", "refused"])
def test_where_sagemaker_gives_no_more_a_person_decides(how: str) -> None:
    scene = Scene(requests=5_000)
    if how == "refused":
        scene.fake.endpoints.refuses["count"] = "ResourceLimitExceeded: ml.m5.large"
    scene.serve(2)
    scene.fake.endpoints.fails = how == "fails"
    scene.serve(10)
    assert (scene.rollout.phase, scene.weight, scene.stable.count) == (Phase.PAUSED, 1_000, 2)
    assert ("ResourceLimitExceeded" if how == "refused" else "SageMaker gives it no more") in scene.kept()
    assert scene.fake.notifier.told[-1][0].endswith("PAUSED at 10 %")


def test_a_way_back_does_not_wait_for_instances_and_brings_those_that_are_missing() -> None:
    scene = Scene(requests=2_000)
    scene.serve_until(5_000)
    scene.requests = 4_000  # the load has doubled since
    scene.serve(1)
    scene.alarm()
    assert (scene.weight, scene.stable.count) == (0, 2)
    scene.look(1)
    assert scene.stable.count == 4
    scene.look(4)
    assert (scene.rollout.phase, scene.fake.endpoints.counts) == (Phase.ROLLED_BACK, [4])


def test_a_way_back_ends_though_instances_are_refused() -> None:
    scene = Scene(requests=2_000)
    scene.serve_until(5_000)
    scene.requests = 4_000
    scene.serve(1)
    scene.fake.endpoints.refuses["count"] = "ResourceLimitExceeded: ml.m5.large"
    scene.alarm()
    scene.look(5)
    assert (scene.rollout.phase, scene.weight, scene.stable.count) == (Phase.ROLLED_BACK, 0, 2)
    assert "ResourceLimitExceeded" in scene.kept()
    assert scene.kept().count("ResourceLimitExceeded") == 1


def test_a_fleet_of_fixed_size_is_never_touched() -> None:
    scene = Scene(requests=50_000, release=replace(SCALED, capacity=None))
    scene.serve(20)
    assert (scene.rollout.phase, scene.fake.endpoints.counts) == (Phase.PROMOTED, [])


def test_what_is_taken_away_from_the_fleet_in_the_rollout_is_given_back() -> None:
    scene = Scene(requests=5_000)
    scene.serve_until(5_000)
    scene.fake.endpoints.lives["mortgage"] = with_count(scene.fake.endpoints.lives["mortgage"], STABLE, 1)
    scene.serve(1)
    assert scene.stable.count == 5


def test_the_load_is_the_busiest_of_the_latest_periods_with_the_challengers_share() -> None:
    rollout = replace(Scene(2_000).rollout, challengers=(Share("lean", FULL // 5),))
    tables = [healthy(at, requests=requests) for at, requests in ((0.0, 9_000), (LOOKS_BACK, 400), (1_000.0, 800))]
    assert load(tables, rollout, 30.0, now=LOOKS_BACK + 60) == 800 * 2 / 0.8
    assert load([], rollout, 30.0, now=1_000.0) == 0.0
    assert wanted(replace(rollout, load=2_001.0)) == 3
    assert wanted(replace(rollout, load=0.0)) == 0


def test_who_approves_the_last_step_knows_that_stable_can_take_it_back() -> None:
    plan = replace(PLAN, steps=(STEPS[0], replace(STEPS[2], approval=True)))
    scene = Scene(requests=5_000, release=replace(SCALED, plan=plan))
    scene.serve(12)
    assert (scene.rollout.phase, scene.rollout.awaits, scene.stable.count) == (Phase.PAUSED, 1, 5)
    assert [e.kind for e in scene.fake.ledger.history("mortgage", 1)].count(Kind.PAUSE) == 1


def test_nothing_is_raised_for_a_canary_that_has_everything_and_has_passed() -> None:
    scene = Scene(requests=2_000)
    scene.serve_until(FULL)
    scene.requests = 8_000
    scene.serve(5)
    assert (scene.rollout.phase, scene.fake.endpoints.counts) == (Phase.PROMOTED, [])
