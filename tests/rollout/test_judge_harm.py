"""The harm e-process: valid by enumeration, near the figures of JUDGE.md by simulation."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from lambdas.rollout.judge.boost import null_law
from lambdas.rollout.judge.harm import harm
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm

BOUND = -math.log(0.01)


def _choose(n: int, k: int) -> int:
    return math.comb(n, k) if 0 <= k <= n else 0


def _laws(canary: int, stable: int, bad: int) -> dict[int, float]:
    total = _choose(canary + stable, bad)
    return {j: _choose(canary, j) * _choose(stable, bad - j) / total for j in range(bad + 1)}


@pytest.mark.parametrize(("canary", "stable"), [(1, 1), (3, 9), (10, 10), (5, 40), (40, 5)])
@pytest.mark.parametrize("alpha", [0.01, 0.2])
def test_one_period_is_worth_at_most_one_under_the_null(canary: int, stable: int, alpha: float) -> None:
    for bad in range(canary + stable + 1):
        expected = sum(
            chance * math.exp(harm([_table(j, canary, bad - j, stable)], 1.0, alpha))
            for j, chance in _laws(canary, stable, bad).items()
            if chance
        )
        assert expected <= 1 + 1e-9


def test_two_periods_together_are_worth_at_most_one_under_the_null() -> None:
    shapes = [(4, 12, 3), (10, 6, 4)]
    expected = 0.0
    for first, p in _laws(*shapes[0]).items():
        for second, q in _laws(*shapes[1]).items():
            if p * q:
                rows = [_table(first, 4, 3 - first, 12), _table(second, 10, 4 - second, 6)]
                expected += p * q * math.exp(harm(rows, 1.0, 0.05))
    assert expected <= 1 + 1e-9


def test_a_healthy_canary_is_hardly_ever_blamed_whatever_happens_to_both_arms() -> None:
    generator = default_rng(20261121)
    incident = [0.005] * 20 + [0.05] * 10 + [0.005] * 30
    blamed = sum(harm(_rows(generator, incident, incident), 1.0, 0.01) >= BOUND for _ in range(150))
    assert blamed <= 5  # the expectation is at most 1.5; 6 or more has probability 0.4 %


def test_a_fourfold_error_rate_is_found_within_a_few_periods() -> None:
    generator = default_rng(7)
    waits = []
    for _ in range(60):
        rows = _rows(generator, [0.02] * 30, [0.005] * 30)
        waits.append(next(looks for looks in range(1, 31) if harm(rows[:looks], 1.0, 0.01) >= BOUND))
    assert sum(waits) / len(waits) * 150 < 2.0 * 359  # JUDGE.md, section 3: Wald's limit is 359 requests


def test_the_margin_tolerates_what_it_says() -> None:
    generator = default_rng(3)
    blamed = sum(
        harm(_rows(generator, [0.022] * 40, [0.02] * 40), margin=1.1, alpha=0.01) >= BOUND for _ in range(100)
    )
    assert blamed <= 4


@pytest.mark.parametrize("margin", [1.0, 1.1, 1.5, 3.0])
def test_a_better_canary_is_never_blamed_whatever_the_margin(margin: float) -> None:
    rows = [_table(0, 150, 100, 2_850)] * 20
    assert harm(rows, margin, 0.01) < 0


def test_no_requests_on_one_arm_say_nothing() -> None:
    assert harm([_table(0, 0, 5, 50), _table(5, 50, 0, 0)], 1.1, 0.01) == 0.0


def test_a_flood_of_errors_neither_overflows_nor_takes_long() -> None:
    assert harm([_table(900_000, 1_000_000, 10, 10**9)], 1.1, 0.01) == pytest.approx(-math.log(0.01))


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), max_size=6), st.floats(0.001, 0.4), st.floats(1.0, 2.0))
def test_it_stays_within_its_bound(rows: list[tuple[int, ...]], alpha: float, margin: float) -> None:
    tables = [_table(min(a, b), b, min(c, d), d) for a, b, c, d in rows]
    assert harm(tables, margin, alpha) <= -math.log(alpha) + 1e-12


@given(st.integers(1, 60), st.integers(1, 200), st.integers(1, 200), st.floats(1.0, 3.0))
def test_the_null_law_has_the_mean_it_was_asked_for(bad: int, canary: int, stable: int, margin: float) -> None:
    total = canary + stable
    bad = min(bad, total)
    share = margin * canary / (margin * canary + stable)
    mean = min(bad * share, min(bad, canary) * 0.95)
    mean = max(mean, max(0, bad - stable) + 0.05 * (min(bad, canary) - max(0, bad - stable)))
    first, chances = null_law(_table(0, canary, bad, stable), mean, 1e-18)
    assert sum(chances) == pytest.approx(1.0)
    found = sum((first + i) * chance for i, chance in enumerate(chances))
    assert found == pytest.approx(mean, abs=0.35)


def _table(canary_bad: int, canary: int, stable_bad: int, stable: int) -> Table:
    return Table(0.0, Arm(canary_bad, canary), Arm(stable_bad, stable))


def _rows(generator: Generator, canary: list[float], stable: list[float]) -> list[Table]:
    """Periods of 150 canary and 2,850 stable requests at the given error rates."""
    return [
        _table(int(generator.binomial(150, c)), 150, int(generator.binomial(2_850, s)), 2_850)
        for c, s in zip(canary, stable, strict=True)
    ]
