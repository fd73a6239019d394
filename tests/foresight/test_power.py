"""What is said to be seen with 90 % power is held against the judge itself, period by period."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.foresight.case import Case, RateCase
from cli.foresight.power import Exposure, power, smallest
from cli.foresight.traffic import Base
from lambdas.rollout.guardrails import Calibration, ErrorRate, Guardrail, Latency, Quality
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.plan import Plan
from tests.foresight.examples import PLAN, case

PERIODS = 20


def seen_by_the_judge(case: Case, each: Exposure, worse: float, repetitions: int = 150) -> float:
    """The share of canaries that the judge finds out, looking at each period."""
    found = 0
    for repetition in range(repetitions):
        rng, hearing = np.random.default_rng([9, repetition]), case.hearing()
        for period in range(PERIODS):
            canary, stable = rng.poisson([each.canary / PERIODS, each.stable / PERIODS])
            hearing.hear(rng, 60.0 * period, (int(canary), int(stable)), worse)
            if hearing.verdict().outcome is Outcome.FAIL:
                found += 1
                break
    return found / repetitions


def one(guardrail: Guardrail) -> Case:
    return case(guardrail.key, Plan(PLAN.steps, (guardrail,)))


@pytest.mark.parametrize(
    "guardrail",
    [
        ErrorRate(),
        ErrorRate(margin=1.5, detect=3.0),
        ErrorRate(burst=4.0),
        ErrorRate(at_most=0.01),
        Latency(),
        Latency(margin=1.3, detect=2.0),
        Latency(at_most=300),
        Calibration("calibration"),
        Calibration("calibration", margin=1.3, burst=3.0),
    ],
    ids=str,
)
@pytest.mark.parametrize("exposure", [Exposure(600, 12_000), Exposure(20_000, 20_000)], ids=["little", "much"])
def test_the_judge_sees_what_it_is_said_to_see(guardrail: Guardrail, exposure: Exposure) -> None:
    judged = one(guardrail)
    worse = smallest(judged, [exposure])
    assert worse is not None
    assert 0.84 <= seen_by_the_judge(judged, exposure, worse) <= 0.99


def test_and_not_much_less() -> None:
    judged, exposure = one(ErrorRate()), Exposure(3_000, 57_000)
    worse = smallest(judged, [exposure])
    assert worse is not None
    assert seen_by_the_judge(judged, exposure, 1 + 0.7 * (worse - 1)) < 0.75


@settings(max_examples=30, deadline=None)
@given(
    guardrail=st.sampled_from([ErrorRate(), ErrorRate(burst=3.0), ErrorRate(at_most=0.01), Latency()]),
    canary=st.floats(50, 5_000),
    beside=st.floats(1, 50),
    more=st.floats(1.3, 20),
)
def test_more_traffic_never_sees_less(guardrail: Guardrail, canary: float, beside: float, more: float) -> None:
    judged = one(guardrail)
    few, many = (smallest(judged, [Exposure(times * canary, times * canary * beside)]) for times in (1.0, more))
    assert few is None or (many is not None and many <= 1.08 * few)


def test_steps_before_help() -> None:
    judged, last = one(ErrorRate()), Exposure(2_000, 8_000)
    alone, together = smallest(judged, [last]), smallest(judged, [Exposure(1_000, 19_000), last])
    assert alone is not None
    assert together is not None
    assert together < alone


def test_nothing_is_seen_of_nothing() -> None:
    assert smallest(one(ErrorRate()), [Exposure(0.1, 10.0)]) is None
    assert smallest(one(Latency()), [Exposure(0.0, 1_000.0)]) is None


def test_nothing_is_compared_where_stable_is_silent() -> None:
    assert smallest(one(ErrorRate()), [Exposure(100_000.0, 0.0)]) is None
    assert smallest(one(Latency()), [Exposure(100_000.0, 0.0)]) is None
    for absolute in (ErrorRate(at_most=0.01), Calibration("calibration")):
        assert smallest(one(absolute), [Exposure(100_000.0, 0.0)]) is not None


def test_a_canary_at_the_margin_is_hardly_ever_seen() -> None:
    for guardrail in (ErrorRate(), Latency()):
        assert power(one(guardrail), [Exposure(5_000, 50_000)], guardrail.margin) <= 0.02


def test_a_rate_is_seen_by_its_counts_not_by_the_requests() -> None:
    chances = case("error_rate").chances
    each, every_other = (RateCase(Quality("accuracy"), chances, Base(0.1, per)) for per in (1.0, 0.5))
    seen = smallest(each, [Exposure(1_000, 9_000)])
    assert seen == pytest.approx(smallest(every_other, [Exposure(2_000, 18_000)]), rel=0.05)
