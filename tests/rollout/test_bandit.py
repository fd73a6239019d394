"""The bandit: shares that are lawful whatever happens, chances that are right, and no Simpson's paradox."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise, permutations
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.bandit.batches import Batch, Reward, conversions
from lambdas.rollout.bandit.chances import best, phi
from lambdas.rollout.bandit.evidence import Evidence, after, nothing, weigh
from lambdas.rollout.bandit.shares import shares
from lambdas.rollout.bandit.terms import FULL, Arm, Terms, Update
from lambdas.rollout.bandit.update import weights

TERMS = Terms()
NAMES = ("stable", "canary", "third", "fourth")
EVEN = (Arm("stable", 5_000), Arm("canary", 5_000))


def batch(*counts: tuple[int, int], at: float = 0.0) -> Batch:
    """Exposures and conversions of each arm."""
    return Batch(at, {name: conversions(*count) for name, count in zip(NAMES, counts, strict=False)})


def told(update: Update) -> tuple[bool, str]:
    return update.ended, update.best


amounts = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 1e6)
rewards = st.builds(Reward, st.integers(-5, 10_000), amounts, amounts) | st.builds(
    lambda count, part: conversions(count, round(count * part)), st.integers(0, 10_000), st.floats(0, 1)
)
batches = st.lists(st.builds(Batch, st.just(0.0), st.dictionaries(st.sampled_from(NAMES), rewards)), max_size=5)


@st.composite
def arms(draw: st.DrawFn) -> list[Arm]:
    cuts = sorted(draw(st.lists(st.integers(0, FULL), max_size=3)))
    parts = [high - low for low, high in pairwise((0, *cuts, FULL))]
    return [Arm(name, part, draw(st.booleans())) for name, part in zip(NAMES, parts, strict=False)]


terms = st.builds(
    Terms,
    floor=st.integers(0, 4_000),
    max_change=st.integers(1, FULL),
    discount=st.floats(0.5, 1),
    until=st.floats(0.5, 1),
)


@given(batches, arms(), terms, st.floats(0, 1e6))
def test_shares_are_whole_add_up_and_go_to_eligible_arms_alone(
    given_batches: list[Batch], given_arms: list[Arm], given_terms: Terms, elapsed: float
) -> None:
    update = weights(given_batches, given_arms, given_terms, elapsed)
    eligible = [arm.eligible for arm in given_arms]
    assert sum(update.shares) == (FULL if any(eligible) else 0)
    assert all(type(share) is int and 0 <= share <= FULL for share in update.shares)
    assert all(not share and not chance for share, chance, may in zip(*update[:2], eligible, strict=True) if not may)
    assert math.isclose(sum(update.chances), any(eligible), abs_tol=1e-9)
    assert not update.best or dict(zip(NAMES, eligible, strict=False))[update.best]
    assert update.sentence


@given(batches, arms(), terms)
def test_no_share_moves_by_more_than_the_most_and_none_falls_below_the_floor(
    given_batches: list[Batch], given_arms: list[Arm], given_terms: Terms
) -> None:
    stay = [arm._replace(eligible=True) for arm in given_arms]
    moved = weights(given_batches, stay, given_terms, 0.0).shares
    floor = min(given_terms.floor, FULL // len(stay))
    for arm, share in zip(stay, moved, strict=True):
        assert abs(share - arm.share) <= given_terms.max_change
        assert share >= min(floor, arm.share)


@given(arms(), st.lists(st.floats(0, 1), min_size=4, max_size=4), st.integers(100, FULL))
def test_updates_with_the_same_evidence_reach_what_it_asks_for(
    given_arms: list[Arm], parts: list[float], max_change: int
) -> None:
    chances = [(part + 1e-9) / (sum(parts[: len(given_arms)]) + 4e-9) for part in parts[: len(given_arms)]]
    now, target = [arm.share for arm in given_arms], shares([arm.share for arm in given_arms], chances, 100, FULL)
    for _ in range(FULL // max_change + 1):
        now = shares(now, chances, 100, max_change)
    assert now == target


def test_the_way_is_gone_in_bounded_steps_and_the_floor_stays() -> None:
    clear = [batch((1_000, 10), (1_000, 60))]
    assert weights(clear, EVEN, TERMS, 0.0).shares == (3_000, 7_000)
    assert weights(clear, (Arm("stable", 1_500), Arm("canary", 8_500)), TERMS, 0.0).shares == (100, 9_900)


def test_an_arm_that_may_not_be_served_leaves_at_once_and_the_others_share_what_it_had() -> None:
    three = (Arm("stable", 6_000), Arm("canary", 2_000, eligible=False), Arm("third", 2_000))
    unknown = weights([], three, replace(TERMS, max_change=1), 0.0)
    assert unknown.shares == (7_499, 0, 2_501)
    assert told(weights([], (*three[:2], Arm("third", 2_000, eligible=False)), TERMS, 0.0)) == (True, "")


def test_nothing_known_means_equal_shares_and_no_winner() -> None:
    for rows in ([], [batch()], [batch((0, 0), (0, 0))], [batch((500, 0), (500, 0))], [batch((500, 9), (0, 0))]):
        update = weights(rows, EVEN, TERMS, 0.0)
        assert update.chances == (0.5, 0.5)
        assert told(update) == (False, "")


def test_it_ends_when_an_arm_is_best_with_the_asked_chance_or_at_the_end_of_its_time() -> None:
    rows = [batch((1_000, 50), (1_000, 75))]
    chance = weights(rows, EVEN, TERMS, 0.0).chances[1]
    assert 0.985 < chance < 0.995
    assert told(weights(rows, EVEN, replace(TERMS, until=chance), 0.0)) == (True, "canary")
    assert told(weights(rows, EVEN, replace(TERMS, until=chance + 1e-6), 0.0)) == (False, "")
    late = weights(rows, EVEN, replace(TERMS, until=0.9999), TERMS.max_duration)
    assert told(late) == (True, "")
    assert "the time is over" in late.sentence


def test_for_rare_conversions_it_is_the_score_of_the_judges_paper() -> None:
    rows = [batch((9_000, 30), (1_000, 9)), batch((5_000, 12), (5_000, 15))]
    evidence = weigh(rows, NAMES[:2], 1.0)
    assert evidence.score[1] == pytest.approx((9 - 39 * 0.1) + (15 - 27 * 0.5))
    assert evidence.information[1][1] == pytest.approx(39 * 0.09 + 27 * 0.25, rel=0.01)


def test_the_information_is_the_scores_own_spread_when_rewards_are_dealt_at_random() -> None:
    values, sizes, scores = (0.0, 0.0, 3.0, 7.5, 7.5, 40.0), (3, 2, 1), []
    evidence = nothing(3)
    for deal in permutations(values):
        parts = [deal[sum(sizes[:arm]) : sum(sizes[: arm + 1])] for arm in range(3)]
        evidence = after(nothing(3), [Reward(len(part), sum(part), sum(v * v for v in part)) for part in parts], 1.0)
        scores.append(evidence.score)
    assert np.cov(np.array(scores).T, ddof=0) == pytest.approx(np.array(evidence.information))


def test_shares_follow_the_chances_as_sharply_as_asked() -> None:
    rows = [batch((1_000, 50), (1_000, 55))]
    for sharpness in (1.0, 2.0):
        update = weights(rows, EVEN, replace(TERMS, floor=0, max_change=FULL, sharpness=sharpness), 0.0)
        deviations = NormalDist().inv_cdf(update.chances[1])
        assert update.shares[1] == pytest.approx(FULL * phi(sharpness * deviations), abs=1)


def test_users_who_are_exposed_often_tell_less() -> None:
    batches, late = [batch((1_000, 100), (1_000, 120))], 0.0
    plain, tempered = (weights(batches, EVEN, Terms(burst=burst), late) for burst in (1.0, 4.0))
    fewer = weights([batch((250, 25), (250, 30))], EVEN, Terms(), late)
    assert 0.5 < tempered.chances[1] < plain.chances[1]
    assert tempered.chances[1] == pytest.approx(fewer.chances[1], abs=0.01)


def test_drift_with_moving_shares_does_not_turn_the_better_arm_into_the_worse_one() -> None:
    # Both times the canary converts 20 % better; it has most of the traffic when hardly anybody buys.
    rows = [batch((9_000, 900), (1_000, 120)), batch((1_000, 10), (9_000, 108))]
    pooled = [sum(row.rewards[name].total for row in rows) for name in NAMES[:2]]
    assert pooled[0] > 3 * pooled[1]
    assert weights(rows, EVEN, TERMS, 0.0).chances[1] > 0.95


def test_the_unit_of_revenue_changes_nothing() -> None:
    def rows(unit: float) -> list[Batch]:
        some = (Reward(500, 120.0 * unit, 4_000 * unit**2), Reward(400, 130.0 * unit, 6_000 * unit**2))
        return [Batch(0.0, dict(zip(NAMES, some, strict=False)))]

    assert weights(rows(1.0), EVEN, TERMS, 0.0).chances == pytest.approx(
        weights(rows(1e-3), EVEN, TERMS, 0.0).chances
    )


def test_late_rewards_correct_an_earlier_batch() -> None:
    before, later = batch((500, 30), (500, 20)), batch((500, 30), (500, 45))
    assert weights([before], EVEN, TERMS, 0.0).chances[1] < 0.5 < weights([later], EVEN, TERMS, 0.0).chances[1]


def test_sums_that_cannot_be_true_say_nothing() -> None:
    sound = batch((1_000, 50), (1_000, 75))
    for wrong in (Reward(-1, 0, 0), Reward(10, math.nan, 1), Reward(10, 11, 11), Reward(10, 5, 2), Reward(0, 1, 1)):
        rows = [sound, Batch(0.0, {"stable": wrong, "canary": conversions(10, 10)})]
        assert weights(rows, EVEN, TERMS, 0.0).chances == weights([sound], EVEN, TERMS, 0.0).chances


def test_what_is_old_is_forgotten_where_a_discount_says_so() -> None:
    rows = [batch((500, 60), (500, 20))] * 20 + [batch((500, 20), (500, 60))] * 5
    assert weights(rows, EVEN, TERMS, 0.0).chances[1] < 0.01
    assert weights(rows, EVEN, replace(TERMS, discount=0.8), 0.0).chances[1] > 0.99


def test_the_evidence_is_plain_json() -> None:
    evidence = weigh([batch((900, 30), (100, 9))], NAMES, 0.98)
    score, information, totals = json.loads(json.dumps(evidence))
    again = Evidence(tuple(score), tuple(map(tuple, information)), tuple(Reward(*arm) for arm in totals))
    assert again == evidence


def test_two_arms_and_two_of_three_that_are_eligible_are_the_same_comparison() -> None:
    rows = [batch((400, 30), (600, 60))] * 3
    two = weights(rows, EVEN, TERMS, 0.0).chances
    three = weights(rows, (*EVEN, Arm("third", 0, eligible=False)), TERMS, 0.0).chances
    assert three[:2] == pytest.approx(two)


def _dealt(arms_count: int, seed: int) -> Evidence:
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(6):
        counts = random.multinomial(3_000, random.dirichlet(np.full(arms_count, 0.7)))
        rows.append(batch(*((int(n), int(random.binomial(n, 0.05 + 0.005 * (i % 2)))) for i, n in enumerate(counts))))
    return weigh(rows, NAMES[:arms_count], 1.0)


@pytest.mark.parametrize(("arms_count", "close"), [(2, 0.003), (3, 0.003), (4, 0.02)])
@pytest.mark.parametrize("seed", range(5))
def test_the_chances_are_those_of_draws_from_the_posterior(arms_count: int, close: float, seed: int) -> None:
    evidence = _dealt(arms_count, seed)
    precision = np.array(evidence.information) + evidence.prior() * np.eye(arms_count)
    covariance = np.linalg.inv(precision)
    draws = np.random.default_rng(7).multivariate_normal(covariance @ evidence.score, covariance, 200_000)
    drawn = np.bincount(draws.argmax(axis=1), minlength=arms_count) / len(draws)
    assert best(evidence, range(arms_count)) == pytest.approx(drawn, abs=close)


@pytest.mark.parametrize("apart", [0.0, 0.5, 3.0])
def test_a_third_arm_that_is_hopeless_leaves_the_chances_of_two(apart: float) -> None:
    hopeless = 40.0
    score = (0.0, apart, -hopeless)
    information = tuple(tuple(float(i == j) for j in range(3)) for i in range(3))
    evidence = Evidence(score, information, (Reward(1, 1e-12, 1e-18),) * 3)
    assert best(evidence, (0, 1, 2)) == pytest.approx([phi(-apart / 2**0.5), phi(apart / 2**0.5), 0.0], abs=3e-4)


def test_the_better_arm_wins_nearly_always() -> None:
    random, ended = np.random.default_rng(11), {"stable": 0, "canary": 0, "": 0}
    for _ in range(60):
        rows, current, update = list[Batch](), list(EVEN), None
        for _ in range(40):
            counts = [round(1_000 * arm.share / FULL) for arm in current]
            rows.append(batch(*((n, int(random.binomial(n, p))) for n, p in zip(counts, (0.05, 0.08), strict=True))))
            update = weights(rows, current, TERMS, 0.0)
            if update.ended:
                break
            current = [arm._replace(share=share) for arm, share in zip(current, update.shares, strict=True)]
        ended[update.best if update else ""] += 1
    assert ended["canary"] >= 57
