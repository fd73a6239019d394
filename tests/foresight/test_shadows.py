"""What is foreseen of a plan that begins with a shadow."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import fmean

import pytest

from cli.foresight.case import cases
from cli.foresight.foresee import foresee
from cli.foresight.journey import End, Journey, journeys
from cli.foresight.outlook import Fleet, Outlook
from cli.foresight.power import POWER
from cli.foresight.traffic import Base, Traffic
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.plan import DISAGREEMENT, Shadow, Step
from simulation.case import Case as Simulation
from simulation.run import run
from simulation.scenarios import scenario
from simulation.traffic import Traffic as Simulated
from tests.foresight.examples import PLAN, traffic

SHADOW = Shadow(1_200, sample=5_000)
PLAN = replace(PLAN, steps=(Step(0, 1_200, 3_600, shadow=SHADOW), *PLAN.steps))
FLEET = Fleet("ml.m5.large", 2, None)


def known(requests_per_second: float = 50.0) -> Traffic:
    assumed = traffic(requests_per_second)
    return replace(assumed, bases={**assumed.bases, DISAGREEMENT: Base(SHADOW.max_disagreement / 4)})


def foreseen(worse: dict[str, float], requests_per_second: float = 50.0) -> tuple[Journey, ...]:
    assumed = known(requests_per_second)
    return journeys(PLAN, cases(PLAN, assumed), assumed, worse, 40)


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    return foresee("mortgage", PLAN, FLEET, known(), rollouts=25)


def test_a_healthy_canary_goes_through_its_shadow_to_everybody() -> None:
    for journey in foreseen({}):
        assert journey.end is End.PROMOTED
        assert 1_200 <= journey.in_steps[0] <= 1_200 + 240


@pytest.mark.parametrize("worse", [{DISAGREEMENT: 8.0}, {"error_rate": 20.0}, {"latency_p95": 3.0}])
def test_what_a_shadow_finds_has_hurt_nobody(worse: dict[str, float]) -> None:
    for journey in foreseen(worse):
        assert (journey.end, journey.bad) == (End.ROLLED_BACK, 0.0)
        assert not any(journey.in_steps[1:])


def test_a_shadow_that_cannot_tell_is_where_rollouts_end() -> None:
    assert {(journey.end, journey.stuck) for journey in foreseen({}, 0.01)} == {(End.PAUSED, 0)}


def test_disagreement_is_seen_in_the_shadow_and_never_again(outlook: Outlook) -> None:
    sights = [next(s for s in step.sights if s.guardrail.key == DISAGREEMENT) for step in outlook.steps]
    assert [sight.alone is None for sight in sights] == [False, True, True, True]
    assert sights[0].alone
    assert 4.0 < sights[0].alone < 8.0
    found = [journey.end for journey in foreseen({DISAGREEMENT: 1.1 * sights[0].alone})]
    assert found.count(End.ROLLED_BACK) > (POWER - 0.05) * len(found)


def test_copies_show_errors_and_slowness_as_requests_do(outlook: Outlook) -> None:
    shadow, first, *_ = outlook.steps
    assert shadow.requests == 50.0 * 1_200 * 0.5
    assert shadow.doubling
    assert first.doubling
    assert shadow.doubling < first.doubling
    assert shadow.expected
    assert all(sight.alone for sight in shadow.sights)


def test_the_shadow_s_time_is_paid_for(outlook: Outlook) -> None:
    assert outlook.least == sum(step.bake for step in PLAN.steps)
    assert outlook.expected
    assert outlook.expected > outlook.least


def test_a_disagreeing_canary_has_a_course_of_its_own(outlook: Outlook) -> None:
    assert outlook.courses
    course = outlook.courses.disagreeing
    assert course
    assert (course.ends[End.ROLLED_BACK], course.bad.p95) == (1.0, 0.0)


@pytest.mark.parametrize(("times", "words"), [(1.0, "healthy"), (6.0, "disagreeing=1.5")])
def test_rollouts_go_as_the_control_plane_drives_them(times: float, words: str) -> None:
    plan = replace(PLAN, guardrails=tuple(each for each in PLAN.guardrails if isinstance(each, ErrorRate)))
    driven = run(Simulation(plan, Simulated(50.0, 0.005), scenario(words)), 40).all
    assumed = known()
    foreseen = journeys(plan, cases(plan, assumed), assumed, {DISAGREEMENT: times} if times > 1 else {}, 40)
    assert Counter(each.end.name for each in foreseen) == Counter(each.end.name for each in driven)
    assert fmean(each.seconds for each in foreseen) == pytest.approx(fmean(each.ended for each in driven), rel=0.2)
