"""Verdicts on rates: the matrix of cases, and what can never be."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.guardrails import DisparateImpact, ErrorRate, Latency, Quality, Rate
from lambdas.rollout.judge.bench import Bench, split
from lambdas.rollout.judge.draws import times_as_likely
from lambdas.rollout.judge.rate import RateTest, excess, requests_to_see, terms
from lambdas.rollout.judge.safety import Safety, below, ceiling
from lambdas.rollout.judge.share import starved
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict
from lambdas.rollout.plan import Plan, Step
from tests.examples import broken


def _verdict(*tables: Table, guardrail: Rate | Latency | None = None) -> Verdict:
    return RateTest(guardrail or ErrorRate(), 0.01, 0.05).verdict(tables)


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
        ("counts of a thousand million", _rows(Arm(10**6, 10**9), Arm(10**6, 10**9), periods=3), Outcome.PASS),
    ],
)
def test_outcomes(name: str, tables: list[Table], outcome: Outcome) -> None:
    verdict = _verdict(*tables)
    assert verdict.outcome is outcome, (name, verdict)


@pytest.mark.parametrize(
    ("guardrail", "canary", "outcome"),
    [
        (ErrorRate(at_most=0.02), Arm(60, 1_000), Outcome.FAIL),
        (ErrorRate(at_most=0.02), Arm(15, 1_000), Outcome.PASS),
        (ErrorRate(at_most=0.02), Arm(1, 20), Outcome.INCONCLUSIVE),
        (Quality("accuracy", at_least=0.9), Arm(200, 1_000), Outcome.FAIL),
        (Quality("accuracy", at_least=0.9), Arm(90, 1_000), Outcome.PASS),
        (Latency(percentile=99, at_most=300), Arm(40, 1_000), Outcome.FAIL),
        (Latency(percentile=99, at_most=300), Arm(8, 2_000), Outcome.PASS),
    ],
)
def test_an_absolute_bound_holds_whatever_stable_does(
    guardrail: Rate | Latency, canary: Arm, outcome: Outcome
) -> None:
    for stable in (Arm(0, 0), Arm(0, 9_000), Arm(9_000, 9_000)):
        verdict = _verdict(*_rows(canary, stable), guardrail=guardrail)
        assert verdict.outcome is outcome, verdict


def test_a_floor_of_f1_is_a_bound_on_errors_among_positives() -> None:
    assert Quality("f1", at_least=0.8).at_most == pytest.approx(1 / 3)  # TP 8, FP 2, FN 2: F1 0.8, 4 of 12 bad
    assert Quality("recall", at_least=0.8).at_most == pytest.approx(0.2)


def test_bursts_need_as_many_times_the_errors() -> None:
    rows = _rows(Arm(12, 1_000), Arm(20, 9_000))
    assert _verdict(*rows).outcome is Outcome.FAIL
    assert _verdict(*rows, guardrail=ErrorRate(burst=6)).outcome is not Outcome.FAIL
    assert _verdict(*rows, *rows, *rows, *rows, *rows, *rows, guardrail=ErrorRate(burst=6)).outcome is Outcome.FAIL


def test_the_sentence_tells_the_counts() -> None:
    sentence = _verdict(broken(0.0)).sentence
    assert "60 of 300 (20.00 %)" in sentence
    assert "less than 1 % likely if it were at most 1.1 times stable's" in sentence


def test_late_data_corrects_the_verdict() -> None:
    test = RateTest(ErrorRate(), 0.01, 0.05)
    assert test.verdict([broken(0.0, bad=30)]).outcome is Outcome.FAIL
    assert test.verdict([Table(0.0, Arm(30, 300), Arm(270, 2_700))]).outcome is not Outcome.FAIL


@given(
    st.lists(st.tuples(*[st.integers(-1, 10**9)] * 4), max_size=5),
    st.sampled_from([ErrorRate(), ErrorRate(at_most=0.01), ErrorRate(burst=3), Quality("auc", margin=1)]),
)
def test_any_counts_get_a_verdict_and_silence_never_passes(
    rows: list[tuple[int, int, int, int]], guardrail: Rate
) -> None:
    verdict = _verdict(*[Table(0.0, Arm(a, b), Arm(c, d)) for a, b, c, d in rows], guardrail=guardrail)
    assert verdict.sentence
    assert not math.isnan(verdict.harm)
    assert not math.isnan(verdict.safety)
    assert 0 <= excess(guardrail, verdict, 0.05) <= 1
    if not verdict.canary.total:
        assert verdict.outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("rate", "stable_rate"), [(0.04, 0.02), (0.01, 0.001), (0.02, 0.01)])
def test_a_canary_at_the_edge_of_bad_is_worth_at_most_one(rate: float, stable_rate: float) -> None:
    expected = 0.0
    for a, b in product(range(61), range(25)):
        table = Table(0.0, Arm(a, 60), Arm(b, 60))
        evidence = Safety().after(table, 2.0).with_bound(a, 60, 0.01)
        expected += _binomial(60, a, rate) * _binomial(60, b, stable_rate) * math.exp(evidence)
    assert expected <= 1 + 1e-12


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.69])
def test_a_group_that_is_answered_as_rarely_as_shall_be_ruled_out_is_worth_at_most_one(rate: float) -> None:
    guardrail = DisparateImpact("disparate_impact", ("race=black",), "race=white")
    detect, expected = terms(guardrail).detect, 0.0
    assert detect == pytest.approx(1.15 / 0.8)
    for a, b in product(range(61), range(25)):
        table = Table(0.0, Arm(a, 60), Arm(b, 24))
        evidence = Safety().after(table, detect).with_bound(a, 60, terms(guardrail).negligible)
        expected += _binomial(60, a, detect * rate) * _binomial(24, b, rate) * math.exp(evidence)
    assert expected <= 1 + 1e-12


def _binomial(n: int, k: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


@pytest.mark.parametrize("rate", [0.005, 0.05, 0.4])
def test_the_ceiling_is_wrong_no_more_often_than_it_says(rate: float) -> None:
    wrong = sum(_binomial(80, bad, rate) for bad in range(81) if ceiling(bad, 80, 0.05) < rate)
    assert wrong <= 0.05


@given(st.integers(0, 200), st.integers(1, 5_000))
def test_the_ceiling_lies_above_what_was_seen_and_is_proven(bad: int, total: int) -> None:
    bad = min(bad, total)
    found = ceiling(bad, total, 0.05)
    assert bad / total <= found <= 1.0
    if found < 1.0:
        assert below(bad, total, found) >= -math.log(0.05) - 1e-3


def test_the_ceiling_of_nothing_is_everything() -> None:
    assert ceiling(0, 0, 0.05) == 1.0


def test_more_requests_are_needed_to_see_less() -> None:
    assert requests_to_see(4.0, 0.005, 0.01) < requests_to_see(2.0, 0.005, 0.01)
    assert requests_to_see(2.0, 0.0, 0.01) == math.inf
    assert times_as_likely(0.01, 2.0) == pytest.approx(0.0198, abs=1e-4)
    assert times_as_likely(0.9, 5.0) < 1.0


def test_the_budget_of_false_rollbacks_is_split_over_what_is_judged() -> None:
    plan = Plan((Step(10_000, 60, 120),), (ErrorRate(), Latency(), Quality("recall")), false_rollback=0.03)
    assert split(plan) == pytest.approx({"error_rate": 0.01, "latency_p95": 0.01, "recall": 0.01})
    verdicts = Bench().sitting(plan, ()).judge(()).verdicts
    assert [verdict.harm_bound for verdict in verdicts] == pytest.approx([-math.log(0.01)] * 3)
    assert {verdict.outcome for verdict in verdicts} == {Outcome.INCONCLUSIVE}


def test_a_canary_without_its_share_of_traffic_is_called_starved() -> None:
    assert "3 of 3000 requests where its weight promises 10 %" in starved(3, 2_997, 1_000)
    assert starved(280, 2_720, 1_000) == ""
    assert starved(0, 0, 1_000) == ""
    assert starved(0, 50, 10_000) != ""
    assert starved(400, 2, 10_000) == ""
