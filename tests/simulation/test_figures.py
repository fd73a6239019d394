"""Shares, quantiles, budgets and comparisons, on outcomes made by hand."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.judge.interval import share
from lambdas.rollout.plan import Budget
from simulation.budget import hold
from simulation.comparison import compare
from simulation.figures import figures
from simulation.interval import quantile, quantile_bounds
from simulation.outcome import End, Outcome, Outcomes
from simulation.scenarios import scenario


def outcome(end: End, ended: float = 3_600.0, bad: int = 0) -> Outcome:
    return Outcome(end, 60.0, ended, 1_000, bad, "error_rate" if end is End.ROLLED_BACK else "", ((0.0, 0),))


def outcomes(name: str, *groups: tuple[int, Outcome]) -> Outcomes:
    return Outcomes(scenario(name), tuple(each for count, each in groups for _ in range(count)))


def _tail(total: int, first: int, p: Fraction) -> Fraction:
    return sum((math.comb(total, k) * p**k * (1 - p) ** (total - k) for k in range(first, total + 1)), Fraction(0))


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_exact_interval_puts_a_fortieth_into_either_tail(counts: tuple[int, int]) -> None:
    count, total = counts
    low, high = share(count, total)
    assert low <= count / total <= high
    if count:
        assert math.isclose(_tail(total, count, Fraction(low)), 0.025, rel_tol=1e-5)
    if count < total:
        assert math.isclose(1 - _tail(total, count + 1, Fraction(high)), 0.025, rel_tol=1e-5)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.95]))
def test_a_quantile_lies_within_its_bounds(values: list[int], level: float) -> None:
    ordered = sorted(map(float, values))
    low, high = quantile_bounds(ordered, level)
    assert low <= quantile(ordered, level) <= high
    assert sum(value <= quantile(ordered, level) for value in ordered) >= level * len(ordered)


def test_a_canary_that_is_not_taken_back_hurts_without_end() -> None:
    found = outcomes("errors", (9, outcome(End.ROLLED_BACK, 660.0, 12)), (1, outcome(End.PROMOTED)))
    seen = {figure.name: figure.seen for figure in figures(found)}
    assert seen["missed"] == 0.1
    assert (seen["bad_answers_p50"], seen["time_to_rollback_p50"]) == (12, 600.0)
    assert math.isinf(seen["bad_answers_p95"])


def test_a_budget_is_broken_only_by_what_is_no_luck() -> None:
    budget = Budget(bad_answers_p95=20, false_rollback=0.01)
    unlucky = outcomes("healthy", (98, outcome(End.PROMOTED)), (2, outcome(End.ROLLED_BACK)))
    bad = outcomes("healthy", (90, outcome(End.PROMOTED)), (10, outcome(End.ROLLED_BACK)))
    costly = outcomes("errors", (100, outcome(End.ROLLED_BACK, bad=21)))
    cheap = outcomes("errors", (100, outcome(End.ROLLED_BACK, bad=20)))
    assert [(each.figure.name, each.broken, each.kept) for each in hold(budget, [unlucky, bad, costly, cheap])] == [
        ("false_rollback", False, False),
        ("false_rollback", True, False),
        ("bad_answers_p95", True, False),
        ("bad_answers_p95", False, True),
    ]


def test_each_limit_concerns_its_own_scenarios() -> None:
    everything = Budget(200, 900, 0.01, 7_200)
    found = [outcomes(name, (100, outcome(End.PAUSED))) for name in ("healthy", "errors", "blackout")]
    held = {(each.scenario, each.figure.name) for each in hold(everything, found)}
    assert held == {
        ("healthy", "false_rollback"),
        ("healthy", "healthy_duration_p95"),
        ("errors", "bad_answers_p95"),
        ("errors", "time_to_rollback_p95"),
    }
    assert hold(None, found) == ()


def test_a_plan_is_better_where_the_difference_is_no_luck() -> None:
    quick = [outcomes("errors", (200, outcome(End.ROLLED_BACK, 360.0, 5)))]
    slow = [outcomes("errors", (200, outcome(End.ROLLED_BACK, 3_660.0, 5)))]
    better = {row.one.name: row.better for row in compare(quick, slow)}
    assert better == {
        "missed": "",
        "paused": "",
        "time_to_rollback_p50": "one",
        "time_to_rollback_p95": "one",
        "bad_answers_p50": "",
        "bad_answers_p95": "",
    }
    assert {row.better for row in compare(slow, quick)} == {"", "other"}
