"""Verdicts on the error rate: the matrix of cases, and what can never be."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.guardrails import ErrorRate, Latency
from lambdas.rollout.judge.bench import judge
from lambdas.rollout.judge.error_rate import judge_error_rate, requests_to_see
from lambdas.rollout.judge.safety import safety
from lambdas.rollout.judge.share import starved
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict
from lambdas.rollout.plan import Plan, Step
from tests.examples import PLAN, broken, healthy


def _verdict(*tables: Table) -> Verdict:
    return judge_error_rate(ErrorRate(), tables, alpha=0.01, beta=0.05)


def _rows(canary: Arm, stable: Arm, periods: int = 1) -> list[Table]:
    return [Table(60.0 * i, canary, stable) for i in range(periods)]


@pytest.mark.parametrize(
    ("name", "tables", "outcome"),
    [
        ("nothing at all", [], Outcome.INCONCLUSIVE),
        ("no canary traffic", _rows(Arm(0, 0), Arm(0, 5_000)), Outcome.INCONCLUSIVE),
        ("a handful of good answers", _rows(Arm(0, 10), Arm(0, 90)), Outcome.INCONCLUSIVE),
        ("many good answers", _rows(Arm(0, 1_000), Arm(0, 9_000)), Outcome.PASS),
        ("good answers though stable serves nothing", _rows(Arm(0, 1_000), Arm(0, 0)), Outcome.PASS),
        ("broken", _rows(Arm(60, 300), Arm(0, 2_700)), Outcome.FAIL),
        ("twice as bad, long enough", _rows(Arm(40, 1_000), Arm(180, 9_000), periods=10), Outcome.FAIL),
        ("both arms suffer alike", _rows(Arm(100, 1_000), Arm(900, 9_000), periods=3), Outcome.PASS),
        ("a little worse, within the margin", _rows(Arm(21, 1_000), Arm(180, 9_000), periods=5), Outcome.PASS),
        ("counts that cannot be", _rows(Arm(5, 3), Arm(0, 100)), Outcome.INCONCLUSIVE),
    ],
)
def test_outcomes(name: str, tables: list[Table], outcome: Outcome) -> None:
    verdict = _verdict(*tables)
    assert verdict.outcome is outcome, (name, verdict)


def test_the_sentence_tells_the_counts() -> None:
    assert "60 of 300 (20.00 %)" in _verdict(broken(0.0)).sentence


def test_late_data_corrects_the_verdict() -> None:
    first = broken(0.0, bad=30)
    corrected = Table(0.0, Arm(30, 300), Arm(270, 2_700))
    assert _verdict(first).outcome is Outcome.FAIL
    assert _verdict(corrected).outcome is not Outcome.FAIL


@given(st.lists(st.tuples(*[st.integers(-1, 10**9)] * 4), max_size=5))
def test_any_counts_get_a_verdict_and_silence_never_passes(rows: list[tuple[int, int, int, int]]) -> None:
    tables = [Table(0.0, Arm(a, b), Arm(c, d)) for a, b, c, d in rows]
    verdict = _verdict(*tables)
    assert verdict.sentence
    if not verdict.canary.total:
        assert verdict.outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("rate", "stable_rate"), [(0.04, 0.02), (0.01, 0.001), (0.02, 0.01)])
def test_a_canary_at_the_edge_of_bad_is_worth_at_most_one(rate: float, stable_rate: float) -> None:
    canary, stable = 60, 60
    expected = sum(
        _binomial(canary, a, rate)
        * _binomial(stable, b, stable_rate)
        * math.exp(safety(_rows(Arm(a, canary), Arm(b, stable)), 2.0, 0.01))
        for a in range(canary + 1)
        for b in range(25)
    )
    assert expected <= 1 + 1e-9


def _binomial(n: int, k: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def test_more_requests_are_needed_to_see_less() -> None:
    assert requests_to_see(4.0, 0.005, 0.01) < requests_to_see(2.0, 0.005, 0.01)
    assert requests_to_see(2.0, 0.0, 0.01) == math.inf


def test_the_budget_of_false_rollbacks_is_split_over_what_is_judged() -> None:
    plan = Plan((Step(10_000, 60, 120),), (ErrorRate(), Latency()), false_rollback=0.02)
    (verdict,) = judge(plan, [healthy(0.0)])
    assert verdict.harm_bound == pytest.approx(-math.log(0.02))


def test_latency_alone_judges_nothing() -> None:
    assert judge(Plan(PLAN.steps, (Latency(),)), [healthy(0.0)]) == ()


def test_a_canary_without_its_share_of_traffic_is_called_starved() -> None:
    assert "3 of 3000 requests where its weight promises 10 %" in starved(_rows(Arm(0, 3), Arm(0, 2_997)), 1_000)
    assert starved(_rows(Arm(0, 280), Arm(0, 2_720)), 1_000) == ""
    assert starved([], 1_000) == ""
    assert starved(_rows(Arm(0, 0), Arm(0, 50)), 10_000) != ""
    assert starved(_rows(Arm(0, 400), Arm(0, 2)), 10_000) == ""
