"""Whether both arms are asked alike, and what follows from it before the canary gets more."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.asked import unseen, weighed, widens
from lambdas.rollout.catalogue import Period
from lambdas.rollout.decision import Decision
from lambdas.rollout.judge.inputs import ALPHA, Both, Evidence, evidence, queries, weigh
from lambdas.rollout.plan import FULL, Inconclusive, Step
from lambdas.rollout.quality.bins import ANSWER, Baseline, Bins
from lambdas.rollout.quality.shift import Drifted
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.examples import RELEASE

if TYPE_CHECKING:
    from collections.abc import Sequence

INCOME = Bins("income", (100,) * 10 + (0,), edges=tuple(float(edge) for edge in range(1, 10)))
RACE = Bins("race", (700, 300, 0, 0), names=("white", "black"))
SAID = Bins(ANSWER, (500, 500, 0), edges=(0.5,))
BASELINE = Baseline((INCOME, RACE, SAID))
LEVEL = [1.0] * 10 + [0.0]
LOW = [4.0] * 3 + [0.5] * 7 + [0.0]


def _counts(draw: random.Random, weights: Sequence[float], requests: int) -> tuple[int, ...]:
    drawn = draw.choices(range(len(weights)), weights, k=requests) if requests else []
    return tuple(drawn.count(place) for place in range(len(weights)))


def _period(at: float, *features: Both) -> Period:
    """What CloudWatch answers to the queries: totals, and counts up to each bin but the last."""
    values: list[float | None] = []
    for each in features:
        for arm in each:
            values += [float(sum(arm)), *(float(up_to) for up_to in list(accumulate(arm))[:-1])]
    return Period(at, tuple(values))


def _periods(
    canary: dict[str, Sequence[float]], stable: dict[str, Sequence[float]], size: tuple[int, int] = (60, 200)
) -> list[Period]:
    draw = random.Random(1)
    usual: dict[str, Sequence[float]] = {each.feature: [float(count) for count in each.counts] for each in FEATURES}
    arms = [(usual | canary, size[0]), (usual | stable, size[1])]
    return [
        _period(
            60.0 * number,
            *(Both(*(_counts(draw, weights[each.feature], count) for weights, count in arms)) for each in FEATURES),
        )
        for number in range(10)
    ]


FEATURES = BASELINE.features


def test_arms_that_are_asked_alike_and_as_ever_show_nothing() -> None:
    assert weigh(BASELINE, _periods({}, {}), ALPHA) == Evidence(600)


def test_a_canary_that_is_asked_other_things_is_told_with_the_features() -> None:
    found = weigh(BASELINE, _periods({"income": LOW}, {}), ALPHA)
    assert [(each.feature, each.answer) for each in found.apart] == [("income", False)]
    assert found.apart[0].psi > 0.5
    assert found.apart[0].p_value <= ALPHA


def test_what_moves_for_both_is_the_world() -> None:
    found = weigh(BASELINE, _periods({"income": LOW}, {"income": LOW}), ALPHA)
    assert (found.apart, [each.feature for each in found.moved]) == ((), ["income"])


def test_other_answers_to_the_same_questions_are_told_as_answers() -> None:
    found = weigh(BASELINE, _periods({ANSWER: [0.9, 0.1, 0.0]}, {}), ALPHA)
    assert [(each.feature, each.answer) for each in found.apart] == [(ANSWER, True)]
    assert found.moved == ()


def test_what_both_answer_otherwise_is_not_what_they_are_asked() -> None:
    otherwise: dict[str, Sequence[float]] = {ANSWER: [0.95, 0.05, 0.0]}
    assert weigh(BASELINE, _periods(otherwise, otherwise), ALPHA) == Evidence(600)


def test_a_new_category_and_a_missing_column_are_differences() -> None:
    found = weigh(BASELINE, _periods({"race": [0.5, 0.1, 0.4, 0.0], "income": [*[1.0] * 10, 10.0]}, {}), ALPHA)
    assert {each.feature for each in found.apart} == {"income", "race"}


@pytest.mark.parametrize("size", [(9, 200), (200, 9), (200, 0), (0, 200)])
def test_nothing_is_claimed_of_too_few(size: tuple[int, int]) -> None:
    gone = [0.0] * 10 + [1.0]
    found = weigh(BASELINE, _periods({"income": gone}, {}, size), ALPHA)
    assert found == Evidence(10 * min(size))
    assert not found.enough


def test_a_difference_that_matters_to_nobody_is_not_told_however_sure() -> None:
    slightly = [0.6, 0.4, 0.0, 0.0]
    found = weigh(BASELINE, _periods({"race": slightly}, {}, (4_000, 4_000)), ALPHA)
    assert found == Evidence(40_000)


def test_periods_without_data_and_counts_that_fall_count_as_none() -> None:
    (first, *others) = _periods({}, {})
    silent = Period(-60.0, (None,) * len(first.values))
    falling = Period(-120.0, (5.0, 3.0, 2.0, *first.values[3:]))
    assert weigh(BASELINE, [silent, first, *others], ALPHA) == weigh(BASELINE, [first, *others], ALPHA)
    assert weigh(BASELINE, [falling, first, *others], ALPHA) == Evidence(660)


def test_each_feature_and_arm_is_asked_for_by_its_bins() -> None:
    asked = queries(BASELINE)
    assert len(asked) == 2 * sum(len(each.counts) for each in FEATURES)
    said = [each.quantity for each in asked if each.quantity.dimensions["Feature"] == ANSWER]
    assert [each.stat for each in said] == ["SampleCount", "TC(:1.5)", "TC(:2.5)"] * 2
    assert {each.dimensions["Bins"] for each in said} == {SAID.mark}
    assert [each.variant for each in asked[:22]] == ["canary"] * 11 + ["stable"] * 11


def test_healthy_rollouts_are_seldom_called_faulty_however_both_drift_and_however_often_one_looks() -> None:
    """2,000 rollouts of five features: at a bound of 5 % an alarm at any look in fewer than 5 % of them.

    Every period has another distribution, for both arms; the canary's share changes on the way.
    """
    draw, features, alpha = random.Random(4711), 5, 0.05
    bound = features / alpha
    alarms = sum(any(_highest(draw) >= bound for _ in range(features)) for _ in range(2_000))
    assert alarms <= 2_000 * alpha


def _highest(draw: random.Random) -> float:
    series = []
    for number in range(12):
        weights = [draw.random() ** 3 + 1e-3 for _ in range(5)]
        requests = 40 if number < 6 else 15
        series.append(Both(_counts(draw, weights, requests), _counts(draw, weights, 55 - requests)))
    return float(2.718281828459045 ** evidence(series))


def test_a_fault_is_seen_within_some_hundred_requests() -> None:
    """In 95 of 100 rollouts, at the bound for a plan of five steps and twenty features."""
    draw, seen = random.Random(7), 0
    bound = 20 * 5 / ALPHA
    for _ in range(200):
        series = [Both(_counts(draw, LOW, 30), _counts(draw, LEVEL, 300)) for _ in range(10)]
        seen += 2.718281828459045 ** evidence(series) >= bound
    assert seen >= 190


COUNTS = st.lists(st.integers(0, 400), min_size=3, max_size=3).map(tuple)


@given(series=st.lists(st.builds(Both, COUNTS, COUNTS), max_size=6))
def test_evidence_only_grows_with_more_periods_and_nothing_overflows(series: list[Both]) -> None:
    grown = [evidence(series[:length]) for length in range(len(series) + 1)]
    assert grown == sorted(grown)
    assert all(0 <= each < 1e6 for each in grown)


SERVING = Rollout(3, RELEASE, began=0.0, phase=Phase.PROGRESSING, step=0, weight=1_000, since=0.0, serving_since=60.0)
ON = Decision(
    Kind.ADVANCE, "all pass; on to 50 %", replace(SERVING, step=1, weight=5_000, serving_since=None, load=9.0)
)
FOUND = Drifted("income", 1.98, 1e-9)
ANSWERED = Drifted(ANSWER, 0.31, 1e-9, answer=True)


def test_a_routing_fault_stops_and_blames_nobody() -> None:
    decision = weighed(SERVING, 99.0, ON, Evidence(600, apart=(FOUND, ANSWERED), moved=(FOUND,)))
    assert decision.kind is Kind.PAUSE
    assert decision.rollout == replace(SERVING, phase=Phase.PAUSED, since=99.0, load=9.0)
    assert decision.reason == (
        "the canary and stable are asked different things, in income (PSI 1.98): their answers cannot be compared"
        " until requests are dealt at random"
    )


def test_a_plan_that_rolls_back_what_is_inconclusive_does_so() -> None:
    plan = replace(SERVING.plan, inconclusive=Inconclusive.ROLL_BACK)
    careful = replace(SERVING, release=replace(RELEASE, plan=plan))
    decision = weighed(careful, 99.0, ON, Evidence(600, apart=(FOUND,)))
    assert (decision.kind, decision.rollout.phase, decision.rollout.weight) == (Kind.ROLL_BACK, Phase.ROLLING_BACK, 0)


def test_where_the_world_moved_the_decision_stands_and_says_so() -> None:
    decision = weighed(
        SERVING, 99.0, ON, Evidence(600, apart=(ANSWERED,), moved=(replace(FOUND, feature="dep_delay"),))
    )
    assert decision == ON._replace(reason=decision.reason)
    assert decision.reason == (
        "all pass; on to 50 %; they are asked alike and answer differently, in the answer (PSI 0.31); both are asked"
        " other things than the baseline has, in dep_delay (PSI 1.98): the world moved, the canary is not to blame"
    )


def test_where_nothing_is_found_nothing_is_said() -> None:
    assert weighed(SERVING, 99.0, ON, Evidence(100)) == ON


def test_captures_that_are_not_read_yet_are_waited_for_until_max_bake() -> None:
    """They come minutes late: a canary that is asked other things must not get more meanwhile."""
    longest = 60.0 + SERVING.plan.steps[0].max_bake
    early, late = (weighed(SERVING, now, ON, Evidence(99)) for now in (longest - 1, longest))
    assert (early.kind, early.rollout) == (Kind.HOLD, replace(SERVING, load=9.0))
    assert "of one of them 99 requests are read, and 100 are needed; all pass" in early.reason
    assert (late.kind, late.rollout) == (Kind.PAUSE, replace(SERVING, phase=Phase.PAUSED, since=longest, load=9.0))


def test_what_cannot_be_seen_is_not_widened() -> None:
    decision = unseen(SERVING, ON, "CloudWatch answers InternalError")
    assert (decision.kind, decision.rollout) == (Kind.HOLD, replace(SERVING, load=9.0))
    assert "cannot be told: CloudWatch answers InternalError" in decision.reason


PROMOTED = Decision(Kind.PROMOTE, "", replace(SERVING, phase=Phase.PROMOTED, weight=FULL))
AWAITED = Decision(Kind.PAUSE, "", replace(SERVING, phase=Phase.PAUSED, awaits=1))


@pytest.mark.parametrize(
    ("rollout", "decision", "asks"),
    [
        (SERVING, ON, True),
        (SERVING, PROMOTED, True),
        (SERVING, AWAITED, True),
        (SERVING, Decision(Kind.HOLD, "", SERVING), False),
        (SERVING, Decision(Kind.PAUSE, "", replace(SERVING, phase=Phase.PAUSED)), False),
        (SERVING, Decision(Kind.ROLL_BACK, "", replace(SERVING, phase=Phase.ROLLING_BACK, weight=0)), False),
        (replace(SERVING, phase=Phase.PENDING, step=-1, weight=0, serving_since=None), ON, False),
        (replace(SERVING, weight=FULL), PROMOTED, False),
        (replace(SERVING, handing_over=True), PROMOTED, False),
    ],
)
def test_only_what_widens_out_of_a_step_with_both_arms_is_asked_about(
    rollout: Rollout, decision: Decision, asks: Any
) -> None:
    assert widens(rollout, decision) is asks


def test_a_step_for_a_flags_users_is_not_compared() -> None:
    """The canary is asked by them alone: it differs by design."""
    plan = replace(SERVING.plan, steps=(Step(1_000, 120, 600, flag="beta"), *SERVING.plan.steps[1:]))
    assert not widens(replace(SERVING, release=replace(RELEASE, plan=plan)), ON)
