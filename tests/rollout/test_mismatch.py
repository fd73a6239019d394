"""Sample ratio mismatch: a martingale by enumeration, seldom by chance, soon seen where it is there."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from lambdas.rollout.experiment.mismatch import evidence, mismatch


@pytest.mark.parametrize("split", [(5_000, 5_000), (9_900, 100), (1_000, 9_000)])
def test_under_the_split_it_is_worth_exactly_one_at_any_time(split: tuple[int, int]) -> None:
    share = split[0] / sum(split)
    for total in (1, 7, 60):
        expected = sum(
            math.comb(total, k) * share**k * (1 - share) ** (total - k) * math.exp(evidence((k, total - k), split))
            for k in range(total + 1)
        )
        assert expected == pytest.approx(1)


def test_three_arms_too() -> None:
    split, total, expected = (6_000, 3_000, 1_000), 12, 0.0
    for a, b in product(range(total + 1), repeat=2):
        if (c := total - a - b) >= 0:
            ways = math.factorial(total) / math.prod(map(math.factorial, (a, b, c)))
            expected += ways * 0.6**a * 0.3**b * 0.1**c * math.exp(evidence((a, b, c), split))
    assert expected == pytest.approx(1)


def test_looking_often_does_not_make_it_cry_wolf() -> None:
    random, alarms = default_rng(1), 0
    for _ in range(400):
        counts = random.multinomial(50, (0.9, 0.1), size=200).cumsum(axis=0)
        alarms += any(mismatch(row, (9_000, 1_000), 0.1) for row in counts.tolist())
    assert alarms <= 40


def test_users_with_many_requests_need_the_burst() -> None:
    random, alarms = default_rng(2), {1.0: 0, 39.0: 0}
    for _ in range(200):
        counts = [0, 0]
        for size, arm in zip(random.geometric(1 / 20, 2_000).tolist(), random.integers(2, size=2_000), strict=True):
            counts[arm] += size
        for burst in alarms:
            alarms[burst] += bool(mismatch(counts, (5_000, 5_000), 0.01, burst))
    assert alarms[1.0] > 50
    assert alarms[39.0] <= 2


def test_a_lost_twentieth_of_one_arm_is_seen() -> None:
    assert "20000, 19000 times where the split is 50 %, 50 %" in mismatch((20_000, 19_000), (5_000, 5_000), 0.001)
    assert not mismatch((20_000, 19_700), (5_000, 5_000), 0.001)


def test_an_arm_without_a_share_that_is_exposed_is_wrong_and_one_that_is_not_says_nothing() -> None:
    assert mismatch((100, 100, 1), (5_000, 5_000, 0), 0.001)
    assert not mismatch((100, 100, 0), (5_000, 5_000, 0), 0.001)


@given(st.integers(0, 4), st.data(), st.floats(1, 100))
def test_no_data_is_no_mismatch_and_nothing_raises(arms: int, data: st.DataObject, burst: float) -> None:
    split = data.draw(st.lists(st.integers(0, 10_000), min_size=arms, max_size=arms))
    assert mismatch([0] * arms, split, 0.001, burst) == ""
    counts = data.draw(st.lists(st.integers(0, 10**7), min_size=arms, max_size=arms))
    assert isinstance(mismatch(counts, split, 0.001, burst), str)
