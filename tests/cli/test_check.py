from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from cli.account import role
from cli.connect import connect, deployed
from cli.exits import Exit
from cli.main import main
from infra.checks.resources import role_cannot_describe_alarms
from infra.spec import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Sandbox

GOOD = """\
account: "123456789012"
region: eu-west-1
state: {local: out/state}
control: {metric_period: 10s, metric_delay: 2s, function_timeout: 20s, deletion_protection: false}
endpoints:
  mortgage:
    instance: {type: ml.m5.large, count: 1}
    stable: {version: v1, image: "serinus/hmda:1", model_data: "s3://models-123456789012/v1.tar.gz"}
    rollout:
      mode: native
      strategy: all_at_once
      alarms: [{metric: latency, above: 800ms}]
"""
WARNED = GOOD.replace("deletion_protection: false", "deletion_protection: true")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    (tmp_path / "good.yaml").write_text(GOOD)
    return tmp_path


def test_good_files_are_fine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "good", "--json"]) == Exit.FINE
    assert json.loads(capsys.readouterr().out) == {
        "environments": [{"name": "good", "endpoints": ["mortgage"]}],
        "errors": [],
        "notices": [],
    }
    assert main(["check", str(folder / "good.yaml")]) == Exit.FINE


def test_every_error_is_told_with_file_line_key_and_fix(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.yaml").write_text(GOOD.replace("eu-west-1", "mars").replace("count: 1", "count: many"))
    assert main(["check", "--json"]) == Exit.USAGE
    errors = json.loads(capsys.readouterr().out)["errors"]
    assert {(error["line"], error["key"]) for error in errors} >= {
        (2, "region"),
        (7, "endpoints.mortgage.instance.count"),
    }
    assert all(error["fix"] and error["file"].endswith("bad.yaml") for error in errors)


def test_warnings_are_told_and_fail_only_a_strict_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "warned.yaml").write_text(WARNED)
    assert main(["check", "warned", "--json"]) == Exit.FINE
    notices = json.loads(capsys.readouterr().out)["notices"]
    assert {(n["check"], n["severity"], n["line"], n["key"]) for n in notices} == {
        ("nobody-notified", "warning", 4, "control.notify"),
        ("single-instance", "warning", 7, "endpoints.mortgage.instance.count"),
        ("state-on-this-machine", "warning", 3, "state.local"),
    }
    assert main(["check", "warned", "--strict"]) == Exit.USAGE
    assert "fix: write 2 or more" in capsys.readouterr().out


def test_a_refusal_that_has_a_page_names_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.yaml").write_text(GOOD.replace("ml.m5.large", "ml.inf1.xlarge"))
    assert main(["check", "bad", "--json"]) == Exit.USAGE
    assert [e["check"] for e in json.loads(capsys.readouterr().out)["errors"]] == ["guardrails-do-not-apply"]


def alarm(name: str, variant: str, **changes: object) -> dict[str, object]:
    dimensions = {"EndpointName": "mortgage", "VariantName": variant}
    return {
        "AlarmName": name,
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Statistic": "Average",
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Period": 60,
        "EvaluationPeriods": 2,
        "Threshold": 0.01,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    } | changes


def test_alarms_of_a_file_are_held_against_the_environments(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "alarms.json"
    file.write_text(json.dumps({"MetricAlarms": [alarm("mine", "AllTraffic", Threshold=1)], "CompositeAlarms": []}))
    assert main(["check", "good", "--alarms", str(file)]) == Exit.USAGE
    said = capsys.readouterr().out
    assert f"{file}:1  mine.Threshold" in said
    assert "[alarm-never-fires]" in said
    assert "[unknown-variant]" in said


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[3]",
        '{"AlarmName": "composite"}',
        '{"ComparisonOperator": "x", "Metrics": [{"MetricStat": 1}]}',
        None,
    ],
)
def test_a_file_without_alarms_is_bad_input(
    folder: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (folder / "alarms.json").write_text(text)
    assert main(["check", "good", "--alarms", str(folder / "alarms.json")]) == Exit.USAGE
    assert "alarms.json" in capsys.readouterr().err


def test_alarms_are_checked_without_any_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path / "nowhere"))
    (tmp_path / "alarms.json").write_text(json.dumps(alarm("mine", "AllTraffic", DatapointsToAlarm=2)))
    assert main(["check", "--alarms", str(tmp_path / "alarms.json")]) == Exit.FINE
    assert main(["check"]) == Exit.USAGE


def test_live_checks_ask_the_account(
    folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = sandbox.name("existing")
    bounds, existing = "alarms: [{metric: latency, above: 800ms}]", f"existing_alarms: [{name}, nobody-made-it]"
    (folder / "guarded.yaml").write_text(GOOD.replace(bounds, existing))
    sandbox.client("cloudwatch").put_metric_alarm(**alarm(name, "stable", TreatMissingData="breaching"))
    for key, value in sandbox.env.items():
        monkeypatch.setenv(key, value)
    assert main(["check", "guarded", "--live", "--json"]) == Exit.USAGE
    notices = json.loads(capsys.readouterr().out)["notices"]
    assert {(n["check"], n["key"].rpartition(".")[2]) for n in notices} >= {
        ("silence-fires", "existing_alarms[0]"),
        ("alarm-is-missing", "existing_alarms[1]"),
    }
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert main(["check", "guarded", "--live"]) == Exit.AWS


@pytest.mark.parametrize(("decision", "allowed"), [("allowed", True), ("implicitDeny", False)])
def test_iam_says_whether_a_role_may_describe_alarms(decision: str, allowed: bool) -> None:  # noqa: FBT001 - a case
    make: Callable[..., Any] = boto3.client
    iam = make("iam", aws_access_key_id="test", aws_secret_access_key="test")
    arn = "arn:aws:iam::123456789012:role/mortgage"
    result = {"EvalActionName": "cloudwatch:DescribeAlarms", "EvalDecision": decision}
    with Stubber(iam) as stubber:
        stubber.add_response(
            "simulate_principal_policy",
            {"EvaluationResults": [result]},
            {"PolicySourceArn": arn, "ActionNames": ["cloudwatch:DescribeAlarms"]},
        )
        found = role(iam, arn)
    assert (not [*role_cannot_describe_alarms.look(found)]) is allowed


@pytest.mark.parametrize("command", ["status", "history", "watch", "pause", "abort", "report"])
def test_a_broken_environment_file_is_bad_input_for_every_command(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.yaml").write_text("account: [\n")
    assert main([command, "bad"]) == Exit.USAGE
    assert "bad.yaml" in capsys.readouterr().out


def test_an_unknown_environment_names_the_known_ones(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del folder
    assert main(["status", "prd"]) == Exit.USAGE
    assert "has good" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [[], ["status"], ["dance", "prod"], ["history", "prod", "--rollout", "0"], ["watch", "prod", "--every", "x"]],
)
def test_bad_usage_is_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == Exit.USAGE


def test_help_explains_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert all(f"\n  {code.value} " in said for code in Exit)


def test_a_reader_that_has_seen_enough_is_no_failure(folder: Path) -> None:
    del folder
    command = [sys.executable, "-m", "cli.main", "check", "--json"]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == Exit.FINE


def test_names_are_composed_as_the_stacks_compose_them(folder: Path) -> None:
    found = deployed(load(folder / "good.yaml"))
    assert found.ledger == "serinus-good-ledger"
    assert found.workflow_arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:serinus-good-rollout"
    assert found.topic_arn == "arn:aws:sns:eu-west-1:123456789012:serinus-good-notifications"
    assert (found.period, found.delay, found.settle) == (10, 2, 20)
    assert connect("good").endpoints == ("mortgage",)
