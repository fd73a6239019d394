"""What becomes of simulated rollouts, by scenario."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdas.rollout.guardrails import Counts, Quality, Value, Values, Worse
from lambdas.rollout.judge.interval import share
from lambdas.rollout.plan import FULL, Inconclusive, Progression
from lambdas.rollout.quantities import Metric, Quantity
from simulation.case import Times
from simulation.outcome import End, Outcomes
from simulation.run import run
from simulation.scenario import Nature
from simulation.scenarios import SCENARIOS
from tests.simulation.cases import BUSY, PLAN, case, judged


@pytest.fixture(scope="module")
def healthy() -> Outcomes:
    return run(case("healthy", plan=judged()), 120, seed=11)


def lasted(found: Outcomes) -> list[float]:
    return sorted(outcome.ended for outcome in found.all if outcome.end is End.PROMOTED)


def test_the_same_seed_gives_the_same_rollouts_with_any_number_of_processes() -> None:
    once = run(case("errors"), 30, seed=5)
    assert once == run(case("errors"), 30, seed=5)
    assert once == run(case("errors"), 30, seed=5, jobs=2)
    assert once != run(case("errors"), 30, seed=6)


def test_progress_is_told_up_to_the_end() -> None:
    told: list[int] = []
    run(case("failing"), 30, progress=told.append)
    assert told == [25, 30]


def test_the_judge_keeps_its_promise_on_healthy_canaries(healthy: Outcomes) -> None:
    assert share(healthy.wrong, len(healthy.all))[0] <= PLAN.false_rollback
    assert healthy.count(End.PROMOTED) > 0.9 * len(healthy.all)
    assert all(outcome.bad_answers == 0 for outcome in healthy.all)


def test_a_healthy_rollout_lasts_as_long_as_its_bakes_and_weights_take(healthy: Outcomes) -> None:
    times, least = Times(), sum(step.bake for step in PLAN.steps)
    seen = lasted(healthy)
    assert least + 3 * times.weights <= seen[0]
    assert seen[-1] <= sum(step.max_bake for step in PLAN.steps) + 3 * (times.weights + times.period)


def test_an_incident_on_both_arms_is_nobodys_fault() -> None:
    found = run(case("incident+daily", plan=judged()), 60, seed=3)
    assert share(found.wrong, 60)[0] <= PLAN.false_rollback


@pytest.mark.parametrize("name", ["errors", "failing", "slow", "quality"])
def test_a_canary_that_is_clearly_worse_is_taken_back(name: str) -> None:
    found = run(case(name), 20, seed=2)
    assert found.count(End.ROLLED_BACK) == 20
    assert all(outcome.bad_answers >= 0 and outcome.weights[-1][1] == 0 for outcome in found.all)


def test_worse_canaries_are_taken_back_sooner() -> None:
    slightly, badly = (run(case(name, plan=judged()), 20, seed=2) for name in ("errors=3", "errors=20"))
    assert sum(outcome.exposed for outcome in badly.all) < sum(outcome.exposed for outcome in slightly.all)


@pytest.mark.parametrize("name", [name for name, found in SCENARIOS.items() if found.nature is Nature.BLIND])
def test_nothing_is_promoted_blindly(name: str) -> None:
    assert run(case(name), 10).count(End.PROMOTED) == 0


def test_where_the_judge_cannot_tell_the_plan_says_what_follows() -> None:
    plan = replace(PLAN, inconclusive=Inconclusive.ROLL_BACK)
    (outcome,) = run(case("dead", plan=plan), 1).all
    assert (outcome.end, outcome.cause) == (End.ROLLED_BACK, "not proven in time")
    (outcome,) = run(case("dead"), 1).all
    assert outcome.end is End.PAUSED


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_no_weight_is_ever_served_that_no_step_has(name: str) -> None:
    allowed = [0, *(step.weight for step in PLAN.steps)]
    for outcome in run(case(name), 6).all:
        weights = [weight for _, weight in outcome.weights]
        back = outcome.end is End.ROLLED_BACK
        climbed = weights[:-1] if back else weights
        assert climbed == allowed[: len(climbed)]
        assert (outcome.end is End.PROMOTED) <= (weights[-1] == FULL)


def test_the_evidence_shortens_a_rollout(healthy: Outcomes) -> None:
    quick = run(case("healthy", plan=replace(judged(), progression=Progression.EVIDENCE)), 40, seed=11)
    slowest = lasted(quick)[-1]
    assert slowest < lasted(healthy)[0]


def test_an_alarm_takes_back_before_the_judge_is_asked() -> None:
    found = run(case("failing=0.9"), 20)
    assert {outcome.cause for outcome in found.all} <= {"alarm error_rate", "error_rate"}
    judged_alone = run(case("failing=0.9", plan=judged()), 20)
    assert {outcome.cause for outcome in judged_alone.all} == {"error_rate"}


def test_weights_that_take_longer_leave_a_bad_canary_longer() -> None:
    quick, slow = (run(case("failing", times=Times(weights=w)), 20) for w in (5.0, 300.0))
    assert sum(o.exposed for o in slow.all) > sum(o.exposed for o in quick.all) + 20 * 200


def test_a_person_who_takes_time_prolongs_a_rollout() -> None:
    plan = replace(judged(), steps=(*PLAN.steps[:2], replace(PLAN.steps[2], approval=True)))
    at_once, later = (run(case("healthy", plan=plan, times=Times(approval=a)), 10) for a in (0.0, 7_200.0))
    assert lasted(later)[0] > lasted(at_once)[-1] + 3_600


def test_low_traffic_is_left_to_a_person() -> None:
    found = run(case("low=0.001"), 5)
    assert found.count(End.PAUSED) == 5


def test_metrics_that_come_late_prolong_a_rollout_and_never_fail_it(healthy: Outcomes) -> None:
    late = run(case("delayed", plan=judged()), 20, seed=11)
    assert late.wrong == 0
    assert lasted(late)[0] > lasted(healthy)[0]
    in_part = run(case("piecemeal", plan=judged()), 20, seed=11)
    assert in_part.wrong == 0
    assert in_part.count(End.PROMOTED) > 15


@pytest.mark.parametrize(
    "guardrail",
    [
        *(Quality(metric) for metric in ("accuracy", "precision", "recall", "f1", "auc", "conversion")),
        Value("revenue"),
        Counts("counts", "refused", Quantity("Own", "Refused"), Quantity(expression="a + b")),
        Values("values", "tokens", Metric("Own", "Tokens")),
        Values("values", "stars", Metric("Own", "Stars"), worse=Worse.LOWER),
    ],
    ids=lambda guardrail: guardrail.key,
)
def test_every_guardrail_passes_the_good_and_finds_the_bad(guardrail: Quality) -> None:
    plan = replace(PLAN, guardrails=(guardrail,))
    good, bad = (run(case(name, plan=plan, traffic=BUSY), 8) for name in ("healthy", "quality=2"))
    assert good.count(End.PROMOTED) >= 7
    assert {(outcome.end, outcome.cause) for outcome in bad.all} == {(End.ROLLED_BACK, guardrail.key)}


def test_alarms_see_late_metrics_late() -> None:
    at_once, late = (run(case(words), 10, seed=4) for words in ("failing=0.9", "failing=0.9+delayed"))
    assert min(o.exposed for o in late.all) > max(o.exposed for o in at_once.all) + 300
