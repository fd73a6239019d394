"""Steps that test both models: experiments and bandits, through the shell and the core."""

from dataclasses import replace
from itertools import pairwise

import pytest

from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Bandit, Experiment, Routing, Step, Then
from lambdas.rollout.state import Kind, Phase
from tests.control.test_sticky import Scene
from tests.examples import PLAN, RELEASE

_HOUR = 3_600


def _scene(step: Step, **won: float) -> Scene:
    steps = (step, Step(FULL, 120, 600))
    plan = replace(PLAN, steps=steps, guardrails=(ErrorRate(),), routing=Routing.STICKY)
    scene = Scene(replace(RELEASE, plan=plan))
    scene.won = won
    return scene


def _experiment(no_difference: Then = Then.GO_ON, stopped: Then = Then.ROLL_BACK) -> Step:
    asked = Experiment(4 * _HOUR, minimum_effect=0.1, no_difference=no_difference, stopped=stopped)
    return Step(FULL // 2, 60, 4 * _HOUR, experiment=asked)


def _bandit(stopped: Then = Then.ROLL_BACK) -> Step:
    return Step(FULL // 2, 60, 8 * _HOUR, bandit=Bandit(8 * _HOUR, stopped=stopped))


def _reasons(scene: Scene, kind: Kind) -> list[str]:
    return [entry.reason for entry in scene.ledger.history("mortgage", 1) if entry.kind is kind]


def test_a_canary_that_earns_more_wins_and_goes_on() -> None:
    scene = _scene(_experiment(), canary=0.13, stable=0.10)
    scene.serve(60)
    assert scene.rollout.phase is Phase.PROMOTED
    reasons = _reasons(scene, Kind.ADVANCE)
    assert any("on to an A/B test at 50 %" in reason for reason in reasons)
    assert any("canary is proven better than stable" in reason for reason in reasons)


def test_a_canary_that_earns_less_is_taken_back() -> None:
    scene = _scene(_experiment(), canary=0.07, stable=0.10)
    scene.serve(30)
    assert scene.rollout.phase in (Phase.ROLLING_BACK, Phase.ROLLED_BACK)
    assert scene.sagemaker == 0


@pytest.mark.parametrize(
    ("then", "phase"), [(Then.GO_ON, Phase.PROMOTED), (Then.ROLL_BACK, Phase.ROLLED_BACK), (Then.PAUSE, Phase.PAUSED)]
)
def test_where_there_is_no_difference_the_plan_says_what_follows(then: Then, phase: Phase) -> None:
    scene = _scene(_experiment(no_difference=then), canary=0.10, stable=0.10)
    scene.serve(200)
    assert scene.rollout.phase is phase


def test_without_rewards_nobody_wins_and_the_plan_says_what_follows() -> None:
    scene = _scene(_experiment(stopped=Then.PAUSE))
    scene.serve(200)
    assert scene.rollout.serving_since is not None
    scene.serve(60)
    assert scene.rollout.phase is Phase.PAUSED


def test_guardrails_stay_on_in_an_experiment() -> None:
    scene = _scene(_experiment(), canary=0.13, stable=0.10)
    scene.serve(3)
    for variant, bad in ((CANARY, 900), (STABLE, 0)):
        scene.metrics.values[variant, "RoutedErrors"] = dict.fromkeys(
            scene.metrics.values[variant, "RoutedErrors"], bad
        )
    scene.serve(2)
    assert scene.rollout.phase in (Phase.ROLLING_BACK, Phase.ROLLED_BACK)


def test_arms_that_are_not_exposed_as_asked_stop_the_experiment() -> None:
    scene = _scene(_experiment(stopped=Then.PAUSE), canary=0.10, stable=0.10)
    scene.serve(8)
    lost = scene.metrics.values[CANARY, "RoutedRequests"]
    scene.metrics.values[CANARY, "RoutedRequests"] = {at: 0.7 * count for at, count in lost.items()}
    scene.serve(1)
    assert scene.rollout.phase is Phase.PAUSED
    assert "split" in _reasons(scene, Kind.PAUSE)[-1]


def test_a_bandit_gives_the_better_model_more_until_it_is_sure() -> None:
    scene = _scene(_bandit(), canary=0.101, stable=0.10)
    scene.serve(60)
    shares = [weight for weight, _ in scene.routed.shares]
    assert len(set(shares)) > 3
    assert all(abs(after - before) <= 2_000 for before, after in pairwise(shares) if after != FULL)


def test_a_bandit_whose_canary_is_better_goes_on_to_everybody() -> None:
    scene = _scene(_bandit(), canary=0.13, stable=0.10)
    scene.serve(60)
    assert scene.rollout.phase is Phase.PROMOTED


def test_a_bandit_whose_stable_is_better_takes_the_canary_back() -> None:
    scene = _scene(_bandit(), canary=0.07, stable=0.10)
    scene.serve(60)
    assert (scene.rollout.phase, scene.routed.share) == (Phase.ROLLED_BACK, None)


def test_a_bandit_without_rewards_ends_as_the_plan_says() -> None:
    scene = _scene(_bandit(stopped=Then.PAUSE))
    scene.serve(500)
    assert scene.rollout.phase is Phase.PAUSED


def test_each_look_keeps_what_the_arms_have_earned() -> None:
    scene = _scene(_experiment(), canary=0.13, stable=0.10)
    scene.serve(30)
    kept = [entry.results for entry in scene.ledger.history("mortgage", 1) if entry.results]
    assert [result.variant for result in kept[-1]] == [STABLE, CANARY]
    assert kept[-1][1].mean == pytest.approx(0.13, rel=0.05)
    assert [results[0].exposed for results in kept] == sorted(results[0].exposed for results in kept)
