"""Many rollouts at once through the real handlers and boto3, on an AWS in memory that refuses what comes too fast."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.load.limits import GUESSED, NONE, PUBLISHED, TENTH, USUAL
from benchmarks.load.run import BRIEF, TIMEOUT, Load, Report, run
from benchmarks.load.watch import Nature
from infra.workflow import definition
from lambdas.rollout.guardrails import ErrorRate

MIX = {Nature.HEALTHY: 150, Nature.FAILING: 20, Nature.WORSE: 20, Nature.SILENT: 10}
FEW = {Nature.HEALTHY: 9, Nature.FAILING: 2, Nature.WORSE: 1, Nature.SILENT: 1}
ENDS = {
    Nature.HEALTHY: "PROMOTED",
    Nature.FAILING: "ROLLED_BACK",
    Nature.WORSE: "ROLLED_BACK",
    Nature.SILENT: "PAUSED",
    Nature.IDLE: "nothing",
}
CHANGE = 45.0
"""Seconds that SageMaker takes over new weights."""


def ended_right(report: Report, mix: dict[Nature, int]) -> None:
    assert report.ends == {nature: {ENDS[nature]: count} for nature, count in mix.items()}
    assert not {name: weights for name, weights in report.live.items() if weights[0] != weights[1]}
    assert not report.lost
    assert report.executions.keys() == {"SUCCEEDED"}
    assert max(work.longest for work in report.work.values()) < TIMEOUT


@pytest.fixture(scope="module")
def crowd() -> Report:
    """200 rollouts that one deploy begins within a second, in an environment of 500 endpoints."""
    plan = replace(BRIEF, guardrails=(ErrorRate(),))  # half the seconds of judging latencies too
    return run(Load({**MIX, Nature.IDLE: 300}, plan, until=3_600))


def test_200_rollouts_at_once_all_end_right(crowd: Report) -> None:
    ended_right(crowd, {**MIX, Nature.IDLE: 300})


def test_they_were_too_many_for_aws_and_no_api_was_asked_beyond_its_limit(crowd: Report) -> None:
    assert crowd.refused["DescribeEndpoint"] > 100
    assert {api: USUAL.rates[api] for api in crowd.busiest if crowd.busiest[api] > USUAL.rates[api]} == {}
    assert {"DescribeAlarms", "GetMetricData"} <= PUBLISHED.keys() - GUESSED.keys()


def test_nothing_calls_aws_while_nothing_is_rolled_out(crowd: Report) -> None:
    assert crowd.idle_calls == 0


def test_looks_at_evidence_are_spread_over_the_period(crowd: Report) -> None:
    """All at the same second, a third of the questions for alarms are refused, and three times as many looks fail."""
    assert crowd.refused["DescribeAlarms"] < crowd.calls["advance", "DescribeAlarms"] / 4
    assert crowd.work["advance"].failures < crowd.work["advance"].invocations / 3


@pytest.fixture(scope="module")
def tight() -> Report:
    """A dozen rollouts at once with a tenth of the limits."""
    return run(Load(FEW, limits=TENTH, until=7_200))


def test_a_tenth_of_the_limits_makes_it_slower_and_nothing_else(tight: Report) -> None:
    ended_right(tight, FEW)
    assert tight.errors["ThrottledError"] > 10


def test_a_way_back_gets_through_while_others_are_refused(tight: Report) -> None:
    assert len(tight.back_after) == FEW[Nature.FAILING]
    assert max(tight.back_after.values()) <= CHANGE + 30


def test_a_look_asks_for_all_metrics_in_one_call(tight: Report) -> None:
    looks = tight.work["advance"].invocations
    measured = sum(FEW.values())  # what latencies are judged by, once per rollout
    answered = tight.calls["advance", "GetMetricData"] - tight.refused["GetMetricData"]
    assert 0 < answered <= looks + measured
    assert tight.metrics > 20 * answered


def test_three_functions_at_once_are_enough_for_a_dozen_rollouts() -> None:
    report = run(Load(FEW, limits=replace(USUAL, concurrency=3), until=7_200))
    ended_right(report, FEW)
    assert report.errors["Lambda.TooManyRequestsException"]


def test_a_function_lasts_when_every_call_is_refused_until_the_last_attempt() -> None:
    report = run(Load({Nature.HEALTHY: 1, Nature.FAILING: 1}, limits=NONE, stubborn=2, until=7_200))
    ended_right(report, {Nature.HEALTHY: 1, Nature.FAILING: 1})
    assert not report.errors


def test_without_patience_for_what_is_throttled_healthy_canaries_are_taken_back() -> None:
    """The load shows what would go wrong: the same workflow, but throttled looks count as failures."""
    impatient = definition("advance", "rollback", TIMEOUT)
    for state in impatient["States"].values():
        state["Retry"] = [each for each in state.get("Retry", ()) if each["ErrorEquals"] != ["ThrottledError"]]
    report = run(Load(FEW, limits=TENTH, until=7_200, workflow=impatient))
    assert report.ends[Nature.HEALTHY]["ROLLED_BACK"]
