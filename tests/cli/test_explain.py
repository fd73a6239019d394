"""The command, from an environment file to its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cli.exits import Exit
from cli.main import main
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from tests.cli.terminal import Said, serinus
from tests.cli.test_docs import DOCS, keys
from tests.fakes import FakeWorld

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
account: "123456789012"
region: eu-west-1
state: {s3: {bucket: serinus-state}}
prices: {ml.m5.large: 0.2}
endpoints:
  mortgage:
    instance: {type: ml.m5.large, count: 3}
    traffic: {requests_per_second: 400, error_rate: 1%}
    stable: {version: v1, framework: {name: xgboost, version: "1.7-1"}, model_data: "s3://models-123456789012/v1.tar.gz"}
    rollout:
      mode: progressive
      steps:
        - {weight: 5%, bake: 10m}
        - {weight: 100%, bake: 10m}
      guardrails:
        - {metric: error_rate}
        - {metric: latency}
        - {metric: accuracy}
  documents:
    instance: {type: ml.c5.large, count: 2}
    stable: {version: v1, framework: {name: xgboost, version: "1.7-1"}, model_data: "s3://models-123456789012/d1.tar.gz"}
    rollout: {mode: native, strategy: all_at_once}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    (tmp_path / "prod.yaml").write_text(FILE)
    return tmp_path


def explain(*argv: str) -> Said:
    return serinus(FakeWorld().world, "explain", "prod", *argv)


def outlook(*argv: str) -> Any:
    said = explain("mortgage", *argv, "--json")
    assert said.code == Exit.FINE
    return said.document["endpoints"][0]


def test_the_file_alone_is_enough(folder: Path) -> None:
    del folder
    said = explain("--markdown")
    assert said.code == Exit.FINE
    assert "### prod: what a rollout on mortgage will do\n\nA canary with twice the errors (2 % of its" in said.out
    assert "400 requests a second, 1 % of them errors: from prod.yaml." in said.out
    assert "USD, at most 4.0 = 0.80 USD." in said.out
    assert "Left out, as if they always passed: accuracy" in said.out
    assert "SageMaker replaces the fleet by itself (all_at_once)" in said.out
    assert explain("--markdown") == said


def test_its_numbers_hang_together(folder: Path) -> None:
    del folder
    found = outlook()
    first, last = found["steps"]
    assert first["requests"] == 400 * 600 * 0.05
    assert 1.1 < first["sights"][0]["alone"] < 2.5
    assert last["sights"][0]["alone"] is None
    assert 1.1 < last["sights"][0]["by_then"] <= first["sights"][0]["by_then"]
    assert 0 < found["failing"]["seconds"]["mean"] < found["doubled"]["seconds"]["mean"] < 1_200
    assert found["doubled"]["bad"]["mean"] < found["doubled"]["bad"]["p95"]
    assert 1_200 <= found["healthy"]["seconds"]["mean"] <= found["longest"] == 4_800
    assert found["fleet"]["usd"]["expected"] == pytest.approx(found["fleet"]["hours"]["expected"] * 0.2)
    assert found["left_out"] == ["accuracy"]


def test_the_command_line_knows_better(folder: Path) -> None:
    del folder
    traffic = ("--rps", "40", "--error-rate", "2%", "--p50", "50", "--p99", "90", "--base", "accuracy=8%")
    found = outlook(*traffic, "--price", "ml.m5.large=1")
    assert found["requests_per_second"] == 40
    assert found["doubled"]["error_rate"] == 0.04
    assert found["fleet"]["price"] == 1
    assert found["left_out"] == []
    assert [sight["base"] for sight in found["steps"][0]["sights"]] == [0.02, None, 0.08]
    assert found["notes"] == ["40 requests a second, 2 % of them errors: from the command line."]


def test_of_calibration_it_is_said_what_share_is_positive_and_what_is_seen(folder: Path) -> None:
    (folder / "prod.yaml").write_text(FILE.replace("metric: accuracy", "metric: calibration"))
    assert outlook()["left_out"] == ["calibration"]
    assert "--base NAME=SHARE for a rate or calibration" in explain("mortgage").out
    found = outlook("--base", "calibration=10%")
    assert found["left_out"] == []
    first, last = (step["sights"][2] for step in found["steps"])
    assert (first["base"], first["guardrail"]) == (0.1, "calibration")
    assert 1.1 < first["alone"] < 1.5
    assert last["alone"], "it needs no stable, and goes on at 100 %"
    said = explain("mortgage", "--base", "calibration=10%").out
    assert "At 100 % stable serves nothing to compare with" not in said
    assert f"{100 * 0.1 * first['alone']:.3g} %" in said


def test_every_key_is_described(folder: Path) -> None:
    del folder
    document = explain("mortgage", "--json").document
    assert {key for key in keys(document) if f"`{key}`" not in DOCS} == set()


def test_a_narrow_spread_shows_smaller_slowdowns(folder: Path) -> None:
    del folder
    wide, narrow = (outlook("--p50", "50", "--p99", p99)["steps"][0]["sights"][1]["alone"] for p99 in ("500", "60"))
    assert narrow < wide


def test_without_traffic_it_says_what_is_missing(folder: Path) -> None:
    (folder / "prod.yaml").write_text(FILE.replace("    traffic: {requests_per_second: 400, error_rate: 1%}\n", ""))
    said = explain("mortgage")
    assert said.code == Exit.FINE
    assert "The steps take at least 20 min, at most 1 h 20 min." in said.out
    assert "(error_rate 0.333 %, latency_p95 0.333 %, accuracy 0.333 %)" in said.out
    assert "write `traffic: {requests_per_second: 50, error_rate: 0.5%}` under endpoints.mortgage in prod" in said.out
    assert outlook()["steps"][0]["sights"] == []


def test_live_traffic_is_stables_last_day(folder: Path) -> None:
    del folder
    fakes = FakeWorld()
    minutes = [fakes.time - 60.0 * back for back in range(1, 1_441)]
    fakes.metrics.tables = [Table(at, Arm(0, 1_000), Arm(180, 20_000)) for at in minutes]
    said = serinus(fakes.world, "explain", "prod", "mortgage", "--live", "--json")
    found = said.document["endpoints"][0]
    assert found["requests_per_second"] == 350
    assert [sight["base"] for sight in found["steps"][0]["sights"]] == [0.009, None]
    assert found["notes"] == ["350 requests a second: from CloudWatch, the mean of the last day."]


def test_live_needs_a_past(folder: Path) -> None:
    del folder
    said = explain("mortgage", "--live", "--json")
    assert said.code == Exit.NOTHING
    assert "no request to mortgage's stable in the last day" in said.document["error"]["sentence"]


@pytest.mark.parametrize(
    ("argv", "sentence", "fix"),
    [
        (["fraud"], "prod has no endpoint fraud", "it has: mortgage, documents"),
        (["mortgage", "--p50", "5"], "--p50 and --p99 go together", "--p50 80 --p99 300"),
        (["mortgage", "--p50", "5", "--p99", "5"], "--p50 and --p99 go together", "--p50 80 --p99 300"),
        (["mortgage", "--live", "--rps", "5"], "--live reads what --rps would say", "leave one of them out"),
        (["mortgage", "--base", "recall=5%"], "--base recall: the plan has no such guardrail", "it has accuracy"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_fix(folder: Path, argv: list[str], sentence: str, fix: str) -> None:
    del folder
    said = explain(*argv, "--json")
    assert said.code == Exit.USAGE
    assert sentence in said.document["error"]["sentence"]
    assert fix in said.document["error"]["fix"]


def test_flags_are_about_one_endpoint(folder: Path) -> None:
    one = FILE[FILE.index("  mortgage:") : FILE.index("  documents:")]
    two = FILE + one.replace("mortgage:", "fraud:")
    (folder / "prod.yaml").write_text(two)
    said = explain("--rps", "5", "--json")
    assert (said.code, said.document["error"]["sentence"]) == (Exit.USAGE, "--rps are about one endpoint")


@pytest.mark.parametrize(
    "argv",
    [["--rps", "0"], ["--rps", "many"], ["--error-rate", "100%"], ["--base", "accuracy"], ["--price", "=1"]],
)
def test_bad_numbers_are_bad_usage(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["explain", "prod", *argv])
    assert ended.value.code == Exit.USAGE
