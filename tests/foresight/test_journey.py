"""Simulated rollouts are held against `simulation`, which drives the control plane's own functions."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

import pytest

import simulation.outcome as simulated
from cli.foresight.case import cases
from cli.foresight.detection import time_to_see
from cli.foresight.journey import End, Journey, journeys
from lambdas.rollout.plan import Inconclusive, Plan, Progression, Step
from simulation.case import Case as Simulation
from simulation.run import run
from simulation.scenario import Nature, Scenario
from simulation.traffic import Traffic as Simulated
from tests.foresight.examples import PLAN, case, traffic

COUNT = 160


def at(weight: int) -> Step:
    return Step(weight, 600, 2_400)


EVIDENCE = replace(PLAN, progression=Progression.EVIDENCE)


def foreseen(plan: Plan, times: float, requests_per_second: float = 50.0) -> tuple[Journey, ...]:
    assumed = traffic(requests_per_second)
    worse = {} if times == 1.0 else {"error_rate": times}
    return journeys(plan, cases(plan, assumed), assumed, worse, COUNT)


@pytest.mark.parametrize("plan", [PLAN, EVIDENCE], ids=lambda plan: str(plan.progression))
@pytest.mark.parametrize(("times", "end"), [(1.0, End.PROMOTED), (2.0, End.ROLLED_BACK), (4.0, End.ROLLED_BACK)])
def test_rollouts_go_as_the_control_plane_drives_them(plan: Plan, times: float, end: End) -> None:
    scenario = Scenario("times", "errors", Nature.HARMFUL, error_times=times)
    driven = run(Simulation(plan, Simulated(50.0, 0.005), scenario), COUNT).all
    theirs = [each for each in driven if each.end is simulated.End[end.name]]
    ours = [each for each in foreseen(plan, times) if each.end is end]
    assert len(ours) == pytest.approx(len(theirs), abs=0.1 * COUNT)
    assert fmean(each.seconds for each in ours) == pytest.approx(fmean(e.exposed for e in theirs), rel=0.2)
    assert fmean(each.bad for each in ours) == pytest.approx(fmean(e.bad_answers for e in theirs), rel=0.25, abs=1)


def test_the_same_rollouts_each_time() -> None:
    assert foreseen(PLAN, 2.0) == foreseen(PLAN, 2.0)


def test_where_the_judge_cannot_tell_the_plan_says_what_follows() -> None:
    paused = foreseen(PLAN, 1.0, requests_per_second=0.5)
    assert {(each.end, each.stuck) for each in paused} == {(End.PAUSED, 0)}
    assert all(each.in_steps[0] >= PLAN.steps[0].max_bake and not any(each.in_steps[1:]) for each in paused)
    back = foreseen(replace(PLAN, inconclusive=Inconclusive.ROLL_BACK), 1.0, requests_per_second=0.5)
    assert {(each.end, each.stuck) for each in back} == {(End.ROLLED_BACK, 0)}


def test_a_step_bakes_as_long_as_the_plan_says() -> None:
    for journey in foreseen(PLAN, 1.0, requests_per_second=2_000.0):
        assert journey.end is End.PROMOTED
        assert all(PLAN.least(i) <= seconds <= PLAN.least(i) + 180 for i, seconds in enumerate(journey.in_steps))


def test_evidence_is_quicker_than_the_clock() -> None:
    by_clock, by_evidence = (foreseen(plan, 1.0, 500.0) for plan in (PLAN, EVIDENCE))
    assert fmean(each.seconds for each in by_evidence) < 0.7 * fmean(each.seconds for each in by_clock)


@pytest.mark.parametrize(("key", "worse"), [("error_rate", 2.0), ("latency_p95", 1.2)])
def test_more_weight_shows_sooner(key: str, worse: float) -> None:
    few, some, many = (time_to_see(case(key), traffic(5.0), at(weight), worse) for weight in (500, 1_500, 5_000))
    assert few is not None
    assert some is not None
    assert many is not None
    assert few > some > many > traffic().delay


def test_time_to_see_is_that_of_a_rollout_that_stays_in_its_step() -> None:
    plan = replace(PLAN, steps=(Step(1_000, 86_400, 86_400), *PLAN.steps[2:]))
    waited = time_to_see(case("error_rate"), traffic(), at(1_000), 2.0)
    back = [each.seconds for each in foreseen(plan, 2.0)]
    assert waited == pytest.approx(fmean(back) - traffic().weights, rel=0.15)


def test_what_is_tolerated_or_has_nothing_beside_it_never_shows() -> None:
    assert time_to_see(case("error_rate"), traffic(), at(1_000), 1.1) is None
    assert time_to_see(case("error_rate"), traffic(), at(10_000), 2.0) is None
    assert time_to_see(case("error_rate"), traffic(0.001), at(1_000), 2.0) is None
