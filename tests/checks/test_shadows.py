"""What the checks say of plans that begin with a shadow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.checks.check import Severity
from infra.checks.examine import examine
from infra.checks.setting import Setting
from infra.checks.shadows import shadow_cannot_tell
from infra.spec.agreement import healthy
from lambdas.rollout.judge.bench import split
from lambdas.rollout.judge.rate import RateTest
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome
from lambdas.rollout.plan import DISAGREEMENT, FULL
from tests.checks.pages import TODAY, ids, load

if TYPE_CHECKING:
    from pathlib import Path

    from infra.checks.notice import Notice

SHOWN = "{weight: 10%, bake: 30m}, {weight: 100%, bake: 1h}"


def examined(
    folder: Path,
    shadow: str,
    shown: str = SHOWN,
    endpoint: str = "traffic: {requests_per_second: 50}",
    guardrails: str = "",
) -> tuple[Notice, ...]:
    steps = f"steps: [{{{shadow}}}, {shown}]"
    capture = "" if "capture" in endpoint else ", capture: {to: s3://capture-123456789012/mortgage}"
    text = f"endpoints: {{mortgage: {{{endpoint}{capture}, rollout: {{{steps}{guardrails}}}}}}}"
    return examine(load(folder, text), TODAY)


def test_a_sound_shadow_before_sound_steps_is_flagged_by_nothing(tmp_path: Path) -> None:
    assert examined(tmp_path, "shadow: {for: 1h, sample: 50%, max_disagreement: 2%}") == ()


def test_jumps_and_first_steps_are_those_that_people_meet(tmp_path: Path) -> None:
    found = examined(tmp_path, "shadow: {for: 1h}", "{weight: 25%, bake: 30m}, {weight: 100%, bake: 1h}")
    assert {(notice.check.id, notice.keys[-3:]) for notice in found} == {
        ("first-step-too-large", ("steps", 1, "weight"))
    }
    found = examined(tmp_path, "shadow: {for: 1h}", "{weight: 4%, bake: 2h}, {weight: 100%, bake: 2h}")
    assert {(notice.check.id, notice.keys[-3:]) for notice in found} == {("jump-too-large", ("steps", 2, "weight"))}


def test_a_long_shadow_asks_for_no_longer_last_bake(tmp_path: Path) -> None:
    assert examined(tmp_path, "shadow: {for: 1d}", "{weight: 10%, bake: 1h}, {weight: 100%, bake: 1h}") == ()


def test_too_short_a_shadow_is_told_by_its_own_key(tmp_path: Path) -> None:
    found = examined(tmp_path, "shadow: {for: 2m}", guardrails=", guardrails: [{metric: accuracy}]")
    assert ("too-few-looks", ("shadow", "for")) in {(notice.check.id, notice.keys[-2:]) for notice in found}


def test_what_is_copied_counts_as_seen(tmp_path: Path) -> None:
    shadow, slow = "shadow: {for: 1h, sample: 10%}", "traffic: {requests_per_second: 0.001}"
    blind = [each for each in examined(tmp_path, shadow, endpoint=slow) if each.check.id == "step-sees-nothing"]
    assert blind[0].keys[-3:] == (0, "shadow", "sample")
    assert "0.36 requests" in blind[0].problem


def test_a_bucket_of_another_region_is_told_and_one_that_says_nothing_is_not(tmp_path: Path) -> None:
    def said(bucket: str) -> set[str]:
        endpoint = f"traffic: {{requests_per_second: 50}}, capture: {{to: s3://{bucket}/mortgage}}"
        return ids(examined(tmp_path, "shadow: {for: 1h}", endpoint=endpoint))

    assert said("capture-us-east-1") == {"capture-lies-elsewhere"}
    assert said("capture-eu-west-1-123456789012") == said("capture") == set()


def test_a_notice_is_neither_warning_nor_error(tmp_path: Path) -> None:
    endpoint = "traffic: {requests_per_second: 50}, capture: {to: s3://capture/mortgage, sample: 10%}"
    (found,) = examined(tmp_path, "shadow: {for: 1h}", endpoint=endpoint)
    assert (found.check.id, found.check.severity) == ("shadow-captures-everything", Severity.NOTICE)


@pytest.mark.parametrize(("bound", "detect"), [("2%", 1.5), ("0.5%", 2), ("10%", 1.2), ("2%", 6)])
def test_a_shadow_tells_from_about_the_traffic_that_the_check_asks_for(
    tmp_path: Path, bound: str, detect: float
) -> None:
    def setting(per_second: float) -> Setting:
        steps = (
            f"steps: [{{shadow: {{for: 1h, max_disagreement: {bound}, detect: {detect}}}, max_bake: 1h}}, {SHOWN}]"
        )
        endpoint = f"traffic: {{requests_per_second: {per_second:.6f}}}, capture: {{to: s3://capture/mortgage}}"
        loaded = load(tmp_path, f"endpoints: {{mortgage: {{{endpoint}, rollout: {{{steps}}}}}}}")
        return Setting(loaded.environment, loaded.environment.endpoints[0])

    low, high = 1e-4, 1e4
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if any(shadow_cannot_tell.look(setting(middle))) else (low, middle)
    assert outcomes(setting(2.0 * high)) == (Outcome.PASS, Outcome.FAIL)
    assert Outcome.INCONCLUSIVE in outcomes(setting(0.3 * high))


def outcomes(setting: Setting) -> tuple[Outcome, Outcome]:
    """What the judge says at the end of the shadow: of a healthy canary, and of one that disagrees `detect` times."""
    plan, traffic = setting.plan, setting.endpoint.traffic
    assert plan
    assert traffic
    shadow = plan.steps[0].shadow
    assert shadow
    pairs = traffic.requests_per_second * 3600 * shadow.sample / FULL
    test = RateTest(shadow.guardrail, split(plan)[DISAGREEMENT], plan.false_pass)

    def outcome(share: float) -> Outcome:
        return test.verdict([Table(60.0, Arm(round(share * pairs), round(pairs)), Arm(0, 0))]).outcome

    return outcome(healthy(shadow)), outcome(shadow.detect * shadow.max_disagreement)
