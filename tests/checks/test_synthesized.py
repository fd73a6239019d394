"""What stacks/ composes is looked at, whoever wrote it; synthesis refuses errors and tells warnings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from infra.checks.examine import examine, own_alarms
from infra.checks.setting import Setting
from infra.checks.synthesized import examine_resources, examine_stacks
from infra.spec.load import load_with_places
from stacks.app import PROJECT
from tests.checks.pages import BASE, TODAY, ids, load

if TYPE_CHECKING:
    from pathlib import Path

ALARM = {
    "alarm_name": "mine",
    "comparison_operator": "GreaterThanThreshold",
    "evaluation_periods": 3,
    "datapoints_to_alarm": 2,
    "threshold": "${local.threshold}",
    "treat_missing_data": "notBreaching",
    "metric_query": [
        {
            "id": "rate",
            "return_data": True,
            "metric": [
                {
                    "namespace": "AWS/SageMaker",
                    "metric_name": "Invocation5XXErrors",
                    "dimensions": {"EndpointName": "mortgage", "VariantName": "AllTraffic"},
                    "period": 60,
                    "stat": "Average",
                }
            ],
        }
    ],
}


def stack(folder: Path, resources: object) -> Path:
    file = folder / "stacks" / "prod-serving" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"resource": resources}), encoding="utf-8")
    return file


def test_an_alarm_added_to_a_stack_is_checked_with_its_address(tmp_path: Path) -> None:
    file = stack(tmp_path, {"aws_cloudwatch_metric_alarm": {"mine": ALARM}})
    (notice,) = examine_stacks(tmp_path, [load(tmp_path, "").environment])
    assert notice.check.id == "unknown-variant"
    assert str(notice).startswith(f"{file}:1  aws_cloudwatch_metric_alarm.mine.Dimensions")


def test_a_role_whose_policies_are_out_of_sight_is_not_judged(tmp_path: Path) -> None:
    role: dict[str, Any] = {
        "aws_iam_role": {"mine": {}},
        "aws_sagemaker_model": {"m": {"execution_role_arn": "${aws_iam_role.mine.arn}"}},
    }
    attached: dict[str, Any] = {
        "aws_iam_role_policy_attachment": {"a": {"role": "${aws_iam_role.mine.name}", "policy_arn": "arn:aws:x"}}
    }
    environment = load(tmp_path, "").environment
    assert ids(examine_resources(role, environment, tmp_path)) == {"role-cannot-describe-alarms"}
    assert ids(examine_resources(role | attached, environment, tmp_path)) == set()


def test_our_own_alarms_are_told_once_by_the_environment_file(tmp_path: Path) -> None:
    guard = "{metric: error_rate, alarm: {breaches: 1, periods: 3, min_requests: 20}}"
    loaded = load(tmp_path, f"endpoints: {{mortgage: {{rollout: {{guardrails: [{guard}, {{metric: latency}}]}}}}}}")
    notices = [notice for notice in examine(loaded, TODAY) if notice.check.id == "one-period-fires"]
    mortgage = next(endpoint for endpoint in loaded.environment.endpoints if endpoint.name == "mortgage")
    ours = own_alarms(Setting(loaded.environment, mortgage))
    assert {notice.problem.split()[1] for notice in notices} <= {alarm.name for alarm in ours}
    assert notices
    stack(tmp_path, {"aws_cloudwatch_metric_alarm": {alarm.name: alarm.arguments() for alarm in ours}})
    assert examine_stacks(tmp_path, [loaded.environment]) == ()


def test_what_synthesis_writes_of_our_environments_is_clean(synthesized_checks: tuple[str, ...]) -> None:
    assert synthesized_checks == ()


def test_our_environments_are_clean() -> None:
    assert [notice for each in load_with_places([PROJECT / "environments"]) for notice in examine(each, TODAY)] == []


def synthesize(folder: Path) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"SERINUS_ENVIRONMENTS": str(folder), "CDKTF_OUTDIR": str(folder / "out")}
    command = [sys.executable, str(PROJECT / "main.py")]
    return subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)


def test_synthesis_refuses_an_error_and_writes_nothing(tmp_path: Path) -> None:
    load(tmp_path, "endpoints: {mortgage: {traffic: {requests_per_second: 0.001}}}")
    done = synthesize(tmp_path)
    assert done.returncode == 1
    assert "error: sends the canary" in done.stderr
    assert "[step-sees-nothing]" in done.stderr
    assert not (tmp_path / "out" / "stacks").exists()


def test_synthesis_tells_a_warning_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").write_text(BASE.read_text(encoding="utf-8").replace("count: 2", "count: 1"))
    done = synthesize(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "warning: leaves the endpoint to a single Availability Zone [single-instance]" in done.stderr
    assert (tmp_path / "out" / "stacks" / "prod-serving" / "cdk.tf.json").is_file()


def test_ignores_hold_at_their_place_and_below_only(tmp_path: Path) -> None:
    def said(at: str) -> set[str]:
        ignore = f"{{id: single-instance, reason: a demo needs no second one, at: '{at}'}}"
        text = f"checks: {{ignore: [{ignore}]}}\nendpoints: {{mortgage: {{instance: {{count: 1}}}}}}"
        return ids(examine(load(tmp_path, text), TODAY))

    assert said("") == said("endpoints.mortgage") == said("endpoints.mortgage.instance.count") == set()
    assert said("endpoints.documents") == said("endpoints.mort") == {"single-instance", "ignored-without-effect"}
