from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.connect import connect, deployed
from cli.exits import Exit
from cli.main import main
from infra.spec import load

GOOD = """\
account: "123456789012"
region: eu-west-1
state: {local: out/state}
control: {metric_period: 10s, metric_delay: 2s, function_timeout: 20s}
endpoints:
  mortgage:
    instance: {type: ml.m5.large, count: 1}
    stable: {version: v1, image: "serinus/hmda:1", model_data: "s3://models-123456789012/v1.tar.gz"}
    rollout: {mode: native, strategy: all_at_once}
"""


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
