from __future__ import annotations

from dataclasses import replace

import pytest

from cli.foresight.foresee import foresee
from cli.foresight.journey import End
from cli.foresight.outlook import Fleet, Outlook
from lambdas.rollout.guardrails import Latency
from lambdas.rollout.plan import Plan, Step
from tests.foresight.examples import PLAN, traffic

FLEET = Fleet("ml.m5.large", 2, None)


def foreseen(plan: Plan = PLAN, requests_per_second: float = 50.0) -> Outlook:
    return foresee("mortgage", plan, FLEET, traffic(requests_per_second), rollouts=25)


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    return foreseen()


def test_without_traffic_the_plan_speaks_for_itself() -> None:
    outlook = foresee("mortgage", PLAN, FLEET, None)
    assert (outlook.courses, outlook.expected) == (None, None)
    assert (outlook.least, outlook.longest) == (1_800, 7_200)
    assert not any(step.sights for step in outlook.steps)


def test_the_same_outlook_each_time(outlook: Outlook) -> None:
    assert foreseen() == outlook


def test_what_was_seen_before_is_still_seen(outlook: Outlook) -> None:
    steps = outlook.steps
    for sights in zip(*(step.sights for step in steps), strict=True):
        by_then = [sight.by_then for sight in sights if sight.by_then is not None]
        assert by_then == sorted(by_then, reverse=True)
        assert len(by_then) == len(steps)
        assert sights[-1].alone is None


def test_a_step_that_sees_nothing_wants_as_many_more_requests_as_it_takes() -> None:
    blind = replace(PLAN, steps=(Step(10, 600, 2_400), *PLAN.steps[1:]))
    first, second, _ = foreseen(blind, 1.0).steps
    assert first.wants is not None
    assert second.wants is None
    enough = replace(blind, steps=(Step(round(10 * first.wants * 1.3), 600, 2_400), *PLAN.steps[1:]))
    assert foreseen(enough, 1.0).steps[0].wants is None


def test_a_step_too_short_to_tell_is_counted() -> None:
    first, *rest = foreseen(PLAN, 1.0).steps
    assert first.stuck == 1.0
    assert [(step.expected, step.stuck) for step in rest] == [(None, 0.0), (None, 0.0)]


def test_without_a_guardrail_on_errors_there_is_no_course_of_errors() -> None:
    plan = Plan(PLAN.steps, (Latency(),))
    courses = foreseen(plan).courses
    assert courses is not None
    assert (courses.doubled, courses.failing) == (None, None)
    assert courses.healthy.ends[End.PROMOTED] > 0.9


def test_a_worse_canary_is_found_sooner_and_hurts_by_its_rate(outlook: Outlook) -> None:
    courses = outlook.courses
    assert courses is not None
    doubled, failing = courses.doubled, courses.failing
    assert doubled is not None
    assert failing is not None
    assert doubled.seconds is not None
    assert failing.seconds is not None
    assert failing.ends[End.ROLLED_BACK] == 1.0
    assert failing.seconds.mean < doubled.seconds.mean / 3
    assert (doubled.error_rate, failing.error_rate) == (0.01, 1.0)
    assert courses.healthy.bad.mean == 0.0
