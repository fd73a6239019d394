"""What the checks reckon a step can see is what the judge then sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.checks.evidence import step_cannot_pass, step_sees_nothing
from infra.checks.examine import examine
from infra.checks.setting import Setting
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.judge.bench import split
from lambdas.rollout.judge.rate import RateTest
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome
from lambdas.rollout.plan import FULL
from tests.checks.pages import TODAY, ids, load

if TYPE_CHECKING:
    from pathlib import Path

    from infra.checks.check import Check

GUARDRAIL = "{{metric: error_rate, detect: {detect}, negligible: {negligible}}}"


def setting(folder: Path, per_second: float, rate: float, guardrail: str) -> Setting:
    traffic = f"traffic: {{requests_per_second: {per_second}, error_rate: {100 * rate:g}%}}"
    steps = "steps: [{weight: 10%, bake: 1h, max_bake: 1h}, {weight: 100%, bake: 1h, max_bake: 2h}]"
    text = f"endpoints: {{mortgage: {{{traffic}, rollout: {{{steps}, guardrails: [{guardrail}]}}}}}}"
    loaded = load(folder, text)
    return Setting(loaded.environment, loaded.environment.endpoints[0])


def least(check: Check[Setting], folder: Path, rate: float, guardrail: str) -> float:
    """The requests per second from which on a check says nothing."""
    low, high = 1e-4, 1e4
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        fires = any(check.look(setting(folder, round(middle, 6), rate, guardrail)))
        low, high = (middle, high) if fires else (low, middle)
    return high


def verdict(found: Setting, rate: float, canary_rate: float, seconds: int) -> Outcome:
    """Judge the first step after so many seconds of traffic, all of it as expected."""
    assert found.plan
    assert found.endpoint.traffic
    (guardrail,) = found.plan.guardrails
    assert isinstance(guardrail, ErrorRate)
    total = found.endpoint.traffic.requests_per_second * seconds
    canary, stable = total * found.plan.steps[0].weight / FULL, total * (1 - found.plan.steps[0].weight / FULL)
    arms = Arm(round(canary * canary_rate), round(canary)), Arm(round(stable * rate), round(stable))
    test = RateTest(guardrail, split(found.plan)[guardrail.key], found.plan.false_pass)
    return test.verdict([Table(60.0, *arms)]).outcome


@pytest.mark.parametrize("rate", [0.005, 0.02])
@pytest.mark.parametrize(("detect", "negligible"), [(2, "1%"), (2, "0.01%"), (3, "2%")])
def test_a_step_passes_a_healthy_canary_from_about_the_traffic_that_the_check_asks_for(
    tmp_path: Path, rate: float, detect: float, negligible: str
) -> None:
    guardrail = GUARDRAIL.format(detect=detect, negligible=negligible)
    enough = least(step_cannot_pass, tmp_path, rate, guardrail)
    for times, outcome in ((1.6, Outcome.PASS), (0.4, Outcome.INCONCLUSIVE)):
        found = setting(tmp_path, round(times * enough, 6), rate, guardrail)
        assert verdict(found, rate, rate, found.plan.steps[0].max_bake if found.plan else 0) is outcome


def test_a_step_convicts_a_canary_that_always_fails_from_about_the_traffic_that_the_check_asks_for(
    tmp_path: Path,
) -> None:
    guardrail = GUARDRAIL.format(detect=2, negligible="1%")
    enough = least(step_sees_nothing, tmp_path, 0.02, guardrail)
    for times, outcome in ((6, Outcome.FAIL), (0.4, Outcome.INCONCLUSIVE)):
        found = setting(tmp_path, round(times * enough, 6), 0.02, guardrail)
        assert verdict(found, 0.02, 1.0, 3600) is outcome


def test_metrics_that_guardrails_name_are_looked_up(tmp_path: Path) -> None:
    def said(name: str) -> set[str]:
        bad, total = f"{{namespace: AWS/SageMaker, name: {name}}}", "{namespace: AWS/SageMaker, name: Invocations}"
        counts = f"{{metric: counts, name: crashes, bad: {bad}, total: {total}}}"
        guardrails = f"[{{metric: error_rate}}, {{metric: latency}}, {counts}]"
        return ids(
            examine(load(tmp_path, f"endpoints: {{mortgage: {{rollout: {{guardrails: {guardrails}}}}}}}"), TODAY)
        )

    assert said("Invocation5xxErrors") == {"unknown-metric"}
    assert said("CPUUtilization") == {"wrong-namespace"}
    assert said("Invocation5XXErrors") == set()
