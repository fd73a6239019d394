"""What becomes of simulated rollouts that begin with a shadow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdas.rollout.names import config_prefix
from lambdas.rollout.plan import DISAGREEMENT, FULL, Shadow, Step
from lambdas.rollout.ports import EndpointBusyError, Turn
from lambdas.rollout.release import PAIR, SHADOW, Release, Stage
from simulation.case import Times
from simulation.clock import Clock
from simulation.endpoints import SimulatedEndpoint
from simulation.outcome import End, Outcomes
from simulation.run import run
from tests.simulation import cases
from tests.simulation.cases import case, judged

PLAN = replace(cases.PLAN, steps=(Step(0, 600, 2_400, shadow=Shadow(600, sample=5_000)), *cases.PLAN.steps))


def rollouts(words: str, count: int = 20) -> Outcomes:
    return run(case(words, plan=judged(PLAN)), count, seed=4)


def test_a_healthy_canary_goes_by_its_shadow_to_everybody() -> None:
    found = rollouts("healthy", 40)
    assert found.count(End.PROMOTED) >= 38
    for outcome in found.all:
        assert [weight for _, weight in outcome.weights] == [0, *(step.weight for step in PLAN.steps if step.weight)]
        assert outcome.served_from >= 600 + 2 * Times().weights


@pytest.mark.parametrize(
    ("words", "cause"),
    [("disagreeing", DISAGREEMENT), ("failing", "error_rate"), ("slow=2", "latency_p95"), ("quality=3", "accuracy")],
)
def test_what_a_shadow_finds_has_hurt_nobody(words: str, cause: str) -> None:
    for outcome in rollouts(words).all:
        assert (outcome.end, outcome.cause) == (End.ROLLED_BACK, cause)
        assert (outcome.exposed, outcome.bad_answers, outcome.requests) == (0.0, 0, 0)
        assert outcome.ended > 0.0


def test_an_alarm_takes_a_shadow_back_on_its_copies() -> None:
    found = run(case("failing=0.9", plan=PLAN), 10)
    assert {outcome.cause for outcome in found.all} <= {"alarm error_rate", "error_rate", "error_rate, disagreement"}
    assert not any(outcome.bad_answers for outcome in found.all)


def test_a_canary_that_disagrees_a_little_less_than_it_may_is_not_taken_back() -> None:
    found = rollouts("disagreeing=0.9")
    assert (found.wrong, found.count(End.ROLLED_BACK)) == (0, 0)


@pytest.mark.parametrize("words", ["dead", "silent", "blackout", "low=0.001"])
def test_a_shadow_of_which_nothing_is_known_shows_nobody_the_canary(words: str) -> None:
    for outcome in rollouts(words, 5).all:
        assert outcome.end is End.PAUSED
        assert [weight for _, weight in outcome.weights] == [0]


def test_a_leak_that_only_shows_later_hurts_those_who_met_it() -> None:
    found = rollouts("leak=40+healthy")
    hurt = [outcome for outcome in found.all if outcome.exposed]
    assert all(outcome.end is End.ROLLED_BACK for outcome in found.all)
    assert all(outcome.requests > 0 for outcome in hurt)


def test_fleets_are_swapped_after_their_delay_and_copies_end_then() -> None:
    prefix = config_prefix("e", "0" * 8, "1" * 8)
    stages = tuple(Stage(name, "1" * 8, prefix + name) for name in (SHADOW, PAIR))
    clock = Clock(100.0)
    endpoint = SimulatedEndpoint(clock, Release("e", "v1", "v2", "0" * 8, "1" * 8, PLAN, (), stages), 30.0)
    shadow = endpoint.live("e")
    assert shadow
    assert (shadow.config, [variant.name for variant in shadow.variants]) == (prefix + SHADOW, ["stable"])
    endpoint.set_configuration(shadow, prefix + PAIR)
    with pytest.raises(EndpointBusyError):
        endpoint.set_canary_weight(shadow, 100, Turn(1, 1))
    assert endpoint.copied_seconds(100.0, 120.0) == 10.0
    clock.now = 130.0
    pair = endpoint.live("e")
    assert pair
    assert pair.settled
    assert (pair.config, [variant.name for variant in pair.variants]) == (prefix + PAIR, ["stable", "canary"])
    assert endpoint.copied_seconds(120.0, 140.0) == 5.0
    assert endpoint.canary_seconds(120.0, 140.0) == 0.0
    endpoint.set_canary_weight(pair, FULL, Turn(1, 2))
    clock.now = 160.0
    endpoint.live("e")
    assert endpoint.served == [(100.0, 0), (160.0, FULL)]
