"""Rollouts in which requests are not what they were: on one arm, on both, or nobody can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.operate import Wish
from lambdas.rollout.plan import FULL, Inconclusive, Plan, Step
from lambdas.rollout.quality.bins import Baseline
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.examples import RELEASE, live
from tests.fakes import FakeWorld
from tests.inputs import BASELINE, OTHER, USUAL, InputMetrics, Known

STEPS = (Step(1_000, 240, 1_200), Step(5_000, 240, 1_200), Step(FULL, 240, 1_200))


class Scene:
    """A rollout of three steps under way."""

    def __init__(
        self, *, baseline: Baseline | None = BASELINE, inconclusive: Inconclusive = Inconclusive.PAUSE
    ) -> None:
        self.fake, self.metrics = FakeWorld(), InputMetrics()
        self.known = Known(baseline) if baseline else None
        self.world = replace(self.fake.world, metrics=self.metrics, baselines=self.known)
        plan = Plan(STEPS, (ErrorRate(),), inconclusive=inconclusive)
        self.fake.ledger.releases["mortgage"] = replace(RELEASE, plan=plan)
        self.fake.endpoints.lives["mortgage"] = live()
        begin_rollout(self.world, "mortgage")

    def serve(self, periods: int) -> None:
        for _ in range(periods):
            canary = 30_000 * self.fake.endpoints.lives["mortgage"].canary_weight // FULL
            self.metrics.tables.append(Table(self.fake.time, Arm(0, canary), Arm(0, 30_000 - canary)))
            self.metrics.was[self.fake.time] = dict(self.metrics.asked)
            self.fake.time += 60
            advance(self.world, "mortgage")

    @property
    def rollout(self) -> Rollout:
        rollout = self.fake.ledger.load("mortgage").rollout
        assert rollout is not None
        return rollout

    def reasons(self, kind: Kind) -> list[str]:
        return [entry.reason for entry in self.fake.ledger.history("mortgage", 1) if entry.kind is kind]


def test_arms_that_are_asked_alike_go_on_and_are_asked_about_once_a_step() -> None:
    scene = Scene()
    scene.serve(40)
    assert scene.rollout.phase is Phase.PROMOTED
    assert (scene.metrics.looks, scene.known and scene.known.asked) == (2, 2)  # at 100 % stable is asked nothing
    assert "asked" not in "".join(scene.reasons(Kind.ADVANCE))


def test_a_canary_that_is_asked_other_things_gets_no_more_and_is_not_blamed() -> None:
    scene = Scene()
    scene.metrics.asked[CANARY] = OTHER
    scene.serve(40)
    assert (scene.rollout.phase, scene.rollout.step, scene.rollout.weight) == (Phase.PAUSED, 0, 1_000)
    assert scene.fake.endpoints.writes == [1_000]
    (reason,) = scene.reasons(Kind.PAUSE)
    assert "the canary and stable are asked different things, in income (PSI " in reason
    assert any(reason in text for _, text in scene.fake.notifier.told)


def test_once_routing_is_mended_and_resumed_it_goes_on() -> None:
    scene = Scene()
    scene.metrics.asked[CANARY] = OTHER
    scene.serve(10)
    scene.metrics.asked[CANARY] = USUAL
    grant_wish(scene.world, "mortgage", Wish.RESUME, who="ann")
    scene.serve(40)
    assert scene.rollout.phase is Phase.PROMOTED


def test_a_plan_may_say_that_a_routing_fault_rolls_back() -> None:
    scene = Scene(inconclusive=Inconclusive.ROLL_BACK)
    scene.metrics.asked[CANARY] = OTHER
    scene.serve(40)
    assert scene.rollout.phase is Phase.ROLLED_BACK
    assert "asked different things" in scene.reasons(Kind.ROLL_BACK)[0]


def test_where_the_world_moved_the_canary_is_promoted_and_its_history_says_so() -> None:
    scene = Scene()
    scene.metrics.asked = {CANARY: OTHER, STABLE: OTHER}
    scene.serve(40)
    assert scene.rollout.phase is Phase.PROMOTED
    told = [
        reason for reason in scene.reasons(Kind.ADVANCE) if "the world moved, the canary is not to blame" in reason
    ]
    assert len(told) == 2
    assert "in income (PSI 0.97)" in told[0]


@pytest.mark.parametrize("answers_again", [False, True])
def test_unseen_nothing_is_widened(answers_again: bool) -> None:  # noqa: FBT001 - a parameter
    scene = Scene()
    scene.metrics.answering = False
    scene.serve(12)
    assert (scene.rollout.phase, scene.rollout.step) == (Phase.PROGRESSING, 0)
    assert "cannot be told: CloudWatch answers InternalError" in scene.reasons(Kind.HOLD)[-1]
    scene.metrics.answering = answers_again
    scene.serve(40)
    assert (scene.rollout.phase is Phase.PROMOTED) == answers_again
    assert max(scene.fake.endpoints.writes) == (FULL if answers_again else 1_000)


def test_captures_that_come_late_are_waited_for() -> None:
    scene = Scene()
    scene.metrics.captured = 0.0
    scene.serve(12)
    assert (scene.rollout.phase, scene.rollout.step) == (Phase.PROGRESSING, 0)
    assert "0 requests are read, and 100 are needed" in scene.reasons(Kind.HOLD)[-1]
    scene.metrics.captured = 1.0
    scene.serve(40)
    assert scene.rollout.phase is Phase.PROMOTED


def test_captures_that_never_come_end_as_the_plan_says_and_widen_nothing() -> None:
    scene = Scene()
    scene.metrics.captured = 0.001
    scene.serve(40)
    assert (scene.rollout.phase, scene.rollout.step) == (Phase.PAUSED, 0)
    assert scene.fake.endpoints.writes == [1_000]
    assert "(max_bake 1200 s)" in scene.reasons(Kind.PAUSE)[0]


def test_an_error_of_the_judge_comes_first() -> None:
    """A canary that fails is taken back, whatever it was asked."""
    scene = Scene()
    scene.metrics.asked[CANARY] = OTHER
    scene.serve(2)
    scene.metrics.tables.append(Table(scene.fake.time, Arm(3_000, 3_000), Arm(0, 27_000)))
    scene.metrics.was[scene.fake.time] = dict(scene.metrics.asked)
    scene.fake.time += 60
    advance(scene.world, "mortgage")
    assert scene.rollout.phase is Phase.ROLLING_BACK
    assert scene.metrics.looks == 0


@pytest.mark.parametrize("baseline", [None, Baseline()])
def test_without_a_baseline_cloudwatch_is_not_asked(baseline: Baseline | None) -> None:
    scene = Scene(baseline=baseline)
    scene.metrics.asked[CANARY] = OTHER
    scene.serve(40)
    assert scene.rollout.phase is Phase.PROMOTED
    assert scene.metrics.looks == 0
