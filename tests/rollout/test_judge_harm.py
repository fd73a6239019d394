"""The harm e-process on rates: valid by enumeration, near the figures of JUDGE.md by simulation."""

import math
from functools import reduce
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from lambdas.rollout.judge.draws import Draw, against_bound, against_stable, law
from lambdas.rollout.judge.harm import BETWEEN_GROUPS, BETWEEN_GROUPS_PRIOR, Harm, harm
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm

BOUND = -math.log(0.01)
SHAPES = [(1, 1), (3, 9), (10, 10), (5, 40), (40, 5)]


def _wealth(rows: list[Table], margin: float, alpha: float, burst: float = 1.0) -> float:
    return reduce(lambda before, row: harm(before, against_stable(row, margin), alpha, burst), rows, Harm()).wealth


def _choose(n: int, k: int) -> int:
    return math.comb(n, k) if 0 <= k <= n else 0


def _binomial(n: int, k: int, rate: float) -> float:
    return math.comb(n, k) * rate**k * (1 - rate) ** (n - k)


def _hypergeometric(canary: int, stable: int, bad: int) -> dict[int, float]:
    total = _choose(canary + stable, bad)
    chances = {j: _choose(canary, j) * _choose(stable, bad - j) / total for j in range(bad + 1)}
    return {j: chance for j, chance in chances.items() if chance}


@pytest.mark.parametrize(("canary", "stable"), SHAPES)
@pytest.mark.parametrize("alpha", [0.01, 0.2])
def test_one_period_is_worth_at_most_one_under_the_null(canary: int, stable: int, alpha: float) -> None:
    for bad in range(canary + stable + 1):
        expected = sum(
            chance * math.exp(_wealth([_table(j, canary, bad - j, stable)], 1.0, alpha))
            for j, chance in _hypergeometric(canary, stable, bad).items()
        )
        assert expected <= 1 + 1e-12


def test_two_periods_together_are_worth_at_most_one_under_the_null() -> None:
    expected = 0.0
    for (first, p), (second, q) in product(_hypergeometric(4, 12, 3).items(), _hypergeometric(10, 6, 4).items()):
        rows = [_table(first, 4, 3 - first, 12), _table(second, 10, 4 - second, 6)]
        expected += p * q * math.exp(_wealth(rows, 1.0, 0.05))
    assert expected <= 1 + 1e-12


@pytest.mark.parametrize("margin", [1.1, 1.5, 2.0])
@pytest.mark.parametrize("rate", [0.01, 0.05, 0.1, 0.2, 0.4])
@pytest.mark.parametrize(("canary", "stable"), [*SHAPES, (10, 90)])
def test_a_canary_exactly_at_the_margin_is_worth_at_most_one(
    canary: int, stable: int, rate: float, margin: float
) -> None:
    expected = sum(
        _binomial(canary, a, margin * rate)
        * _binomial(stable, b, rate)
        * math.exp(_wealth([_table(a, canary, b, stable)], margin, 0.01))
        for a, b in product(range(canary + 1), range(stable + 1))
    )
    assert expected <= 1 + 1e-12


def _of_copies(copies: int, others: int, rate: float, alike: float) -> dict[tuple[int, int], float]:
    """Chances of both arms' bad counts, where the canary answers copies: a part of its answers is stable's own."""
    found = {(0, others_bad): _binomial(others, others_bad, rate) for others_bad in range(others + 1)}
    apart = {
        (a, b): (1 - alike) * _binomial(1, a, rate) * _binomial(1, b, rate) for a, b in product((0, 1), repeat=2)
    }
    pair = {
        each: chance + alike * (each[0] == each[1]) * _binomial(1, each[0], rate) for each, chance in apart.items()
    }
    for _ in range(copies):
        longer: dict[tuple[int, int], float] = {}
        for ((a, b), p), ((c, d), q) in product(found.items(), pair.items()):
            longer[a + c, b + d] = longer.get((a + c, b + d), 0.0) + p * q
        found = longer
    return found


@pytest.mark.parametrize("alike", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.6])
@pytest.mark.parametrize(("copies", "others"), [(1, 0), (8, 0), (5, 25), (20, 20)])
def test_in_a_shadow_both_answer_the_same_requests_and_it_is_worth_no_more(
    copies: int, others: int, rate: float, alike: float
) -> None:
    """What both get wrong together blames nobody: the bound holds, and the test is slower."""
    expected = sum(
        chance * math.exp(_wealth([_table(a, copies, b, copies + others)], 1.0, 0.01))
        for (a, b), chance in _of_copies(copies, others, rate, alike).items()
    )
    assert expected <= 1 + 1e-12


@pytest.mark.parametrize("margin", [1.0, 1.1, 1.25])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.4, 0.6, 0.8])
@pytest.mark.parametrize(("canary", "stable"), [*SHAPES, (10, 60)])
def test_between_groups_too_at_the_rates_that_decisions_have(
    canary: int, stable: int, rate: float, margin: float
) -> None:
    before = Harm(posterior=tuple(map(math.log, BETWEEN_GROUPS_PRIOR)))
    expected = 0.0
    for a, b in product(range(canary + 1), range(stable + 1)):
        draw = against_stable(_table(a, canary, b, stable), margin)
        worth = math.exp(harm(before, draw, 0.01, sought=BETWEEN_GROUPS).wealth)
        expected += _binomial(canary, a, margin * rate) * _binomial(stable, b, rate) * worth
    assert expected <= 1 + 1e-12


@pytest.mark.parametrize("bound", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("part", [1.0, 0.5])
def test_a_canary_that_keeps_an_absolute_bound_is_worth_at_most_one(bound: float, part: float) -> None:
    expected = 0.0
    for bad in range(41):
        draw = against_bound(_table(bad, 40, 0, 0), bound)
        expected += _binomial(40, bad, part * bound) * math.exp(harm(Harm(), draw, 0.01).wealth)
    assert expected <= 1 + 1e-12


@pytest.mark.parametrize("burst", [2, 4])
def test_faults_that_cause_a_burst_each_are_worth_at_most_one(burst: int) -> None:
    for faults in range(1, 12):
        expected = 0.0
        for hits in range(faults + 1):
            table = _table(burst * hits, 400, burst * (faults - hits), 1_200)
            expected += _binomial(faults, hits, 0.25) * math.exp(_wealth([table], 1.0, 0.05, burst))
        assert expected <= 1 + 1e-12


def test_a_healthy_canary_is_hardly_ever_blamed_whatever_happens_to_both_arms() -> None:
    generator = default_rng(20261121)
    incident = [0.005] * 20 + [0.05] * 10 + [0.005] * 30
    blamed = sum(_wealth(_rows(generator, incident, incident), 1.0, 0.01) >= BOUND for _ in range(150))
    assert blamed <= 5  # the expectation is at most 1.5; 6 or more has probability 0.4 %


def test_a_fourfold_error_rate_is_found_within_a_few_periods() -> None:
    generator = default_rng(7)
    waits = []
    for _ in range(60):
        rows = _rows(generator, [0.02] * 30, [0.005] * 30)
        waits.append(next(looks for looks in range(1, 31) if _wealth(rows[:looks], 1.0, 0.01) >= BOUND))
    assert sum(waits) / len(waits) * 150 < 2.0 * 359  # JUDGE.md, section 3: Wald's limit is 359 requests


def test_the_margin_tolerates_what_it_says() -> None:
    generator = default_rng(3)
    blamed = sum(
        _wealth(_rows(generator, [0.022] * 40, [0.02] * 40), margin=1.1, alpha=0.01) >= BOUND for _ in range(100)
    )
    assert blamed <= 4


@pytest.mark.parametrize("margin", [1.0, 1.1, 1.5, 3.0])
def test_a_better_canary_is_never_blamed_whatever_the_margin(margin: float) -> None:
    assert _wealth([_table(0, 150, 100, 2_850)] * 20, margin, 0.01) < 0


def test_what_was_proven_stays_proven() -> None:
    guilty = [_table(60, 300, 0, 2_700)]
    assert _wealth([*guilty, *[_table(0, 300, 50, 2_700)] * 20], 1.0, 0.01) == pytest.approx(BOUND)


def test_no_requests_on_one_arm_say_nothing() -> None:
    assert _wealth([_table(0, 0, 5, 50), _table(5, 50, 0, 0)], 1.1, 0.01) == 0.0


def test_a_flood_of_errors_does_not_overflow() -> None:
    assert _wealth([_table(900_000, 1_000_000, 10, 10**9)], 1.1, 0.01) == pytest.approx(BOUND)


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), max_size=6), st.floats(0.001, 0.4), st.floats(1.0, 2.0))
def test_it_stays_within_its_bound(rows: list[tuple[int, ...]], alpha: float, margin: float) -> None:
    tables = [_table(min(a, b), b, min(c, d), d) for a, b, c, d in rows]
    assert _wealth(tables, margin, alpha) <= -math.log(alpha) + 1e-12


@given(st.integers(0, 60), st.integers(1, 200), st.integers(1, 200))
def test_the_law_is_the_hypergeometric_one(bad: int, canary: int, stable: int) -> None:
    bad = min(bad, canary + stable)
    first, chances = law(Draw(0, bad, canary / (canary + stable), (canary, stable)))
    wanted = _hypergeometric(canary, stable, bad)
    assert {first + i: c for i, c in enumerate(chances)} == pytest.approx(
        {j: c for j, c in wanted.items() if first <= j < first + len(chances)}, rel=1e-9
    )
    assert sum(wanted.values()) - sum(wanted.get(first + i, 0.0) for i in range(len(chances))) < 1e-15


@given(st.integers(1, 60), st.integers(1, 200), st.integers(1, 200), st.floats(1.0, 3.0))
def test_the_noncentral_law_has_the_mean_it_was_asked_for(bad: int, canary: int, stable: int, margin: float) -> None:
    bad = min(bad, canary + stable)
    share = margin * canary / (margin * canary + stable)
    mean = min(bad * share, min(bad, canary) * 0.95)
    mean = max(mean, max(0, bad - stable) + 0.05 * (min(bad, canary) - max(0, bad - stable)))
    first, chances = law(Draw(0, bad, mean / bad, (canary, stable)))
    assert sum(chances) == pytest.approx(1.0)
    assert sum((first + i) * chance for i, chance in enumerate(chances)) == pytest.approx(mean, abs=0.35)


def _table(canary_bad: int, canary: int, stable_bad: int, stable: int) -> Table:
    return Table(0.0, Arm(canary_bad, canary), Arm(stable_bad, stable))


def _rows(generator: Generator, canary: list[float], stable: list[float]) -> list[Table]:
    """Periods of 150 canary and 2,850 stable requests at the given error rates."""
    return [
        _table(int(generator.binomial(150, c)), 150, int(generator.binomial(2_850, s)), 2_850)
        for c, s in zip(canary, stable, strict=True)
    ]
