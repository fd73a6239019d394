"""The command, from an environment file to its answer."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.exits import Exit
from cli.main import main
from cli.simulate.words import bar, sparkline, value
from simulation.figures import Unit
from tests.cli.test_docs import keys

if TYPE_CHECKING:
    from collections.abc import Sequence

DOCS = (Path(__file__).parent.parent.parent / "docs" / "simulate.md").read_text()
RECORDED = Path(__file__).parent.parent / "simulation" / "recorded" / "day.csv"
FILE = """\
account: "123456789012"
region: eu-west-1
state: {{s3: {{bucket: serinus-state}}}}
endpoints:
  mortgage:
    instance: {{type: ml.m5.large, count: 10}}
    {traffic}
    stable: {{version: v1, framework: {{name: xgboost, version: "1.7-1"}}, model_data: "s3://models-123456789012/v1.tar.gz"}}
    rollout:
      mode: progressive
      steps:
        - {{weight: {weight}, bake: 10m}}
        - {{weight: 100%, bake: 10m}}
      guardrails:
        - {{metric: error_rate, alarm: {{min_requests: 200}}}}
        - {{metric: latency, alarm: {{min_requests: 200}}}}
      budget: {budget}
"""
TRAFFIC = "traffic: {requests_per_second: 100, error_rate: 0.5%}"
FEW = ["--rollouts", "40"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    write(tmp_path, "prod")
    return tmp_path


def write(
    folder: Path, name: str, *, weight: str = "10%", budget: str = "{bad_answers_p95: 2000}", traffic: str = TRAFFIC
) -> None:
    (folder / f"{name}.yaml").write_text(FILE.format(weight=weight, budget=budget, traffic=traffic))


def document(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    code = main(["simulate", *argv, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


def test_a_plan_with_a_shadow_is_also_held_against_what_only_a_shadow_finds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "prod.yaml").read_text()
    shadow = "      steps:\n        - {shadow: {for: 10m}}\n"
    capture = "    capture: {to: s3://capture/mortgage}\n    rollout:"
    text = text.replace("      steps:\n", shadow).replace("    rollout:", capture)
    (folder / "prod.yaml").write_text(text)
    code, found = document(capsys, "prod", "--rollouts", "8")
    (plan,) = found["plans"]
    assert (code, plan["over_budget"]) == (Exit.FINE, False)
    assert figures(plan, "disagreeing") == {
        "missed": 0.0,
        "paused": 0.0,
        "time_to_rollback_p50": 0.0,
        "time_to_rollback_p95": 0.0,
        "bad_answers_p50": 0.0,
        "bad_answers_p95": 0.0,
    }
    argv = ["simulate", "prod", "--rollouts", "2", "--scenario", "disagreeing", "--out", str(folder)]
    assert main(argv) == Exit.FINE
    assert "hurt nobody" in capsys.readouterr().out
    picture = (folder / "simulate-prod-mortgage.svg").read_text()
    assert "100 % rolled back" in picture
    assert "bad answers until" not in picture


def figures(plan: dict[str, Any], scenario: str) -> dict[str, Any]:
    rows = next(each["figures"] for each in plan["scenarios"] if each["name"] == scenario)
    return {row["name"]: row["seen"] for row in rows}


def test_a_plan_within_its_budget_is_fine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del folder
    code, found = document(capsys, "prod", "--scenario", "failing", "--rollouts", "100")
    assert code == Exit.FINE
    (held,) = found["plans"][0]["budget"]
    assert (held["name"], held["limit"], held["outcome"]) == ("bad_answers_p95", 2000, "kept")


def test_a_plan_that_breaks_its_budget_ends_with_its_own_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "prod", budget="{bad_answers_p95: 20, time_to_rollback_p95: 1h}")
    assert main(["simulate", "prod", "--scenario", "failing", "--scenario", "healthy", *FEW]) == Exit.OVER_BUDGET
    said = capsys.readouterr().out
    assert "broken" in said
    assert "kept" in said or "more --rollouts tell" in said


def test_a_weaker_plan_breaks_the_budget_that_the_stronger_keeps(folder: Path) -> None:
    for name, weight, code in (("prod", "10%", Exit.FINE), ("bold", "90%", Exit.OVER_BUDGET)):
        write(folder, name, weight=weight, budget="{bad_answers_p95: 1000}")
        assert main(["simulate", name, "--scenario", "failing", "--rollouts", "100"]) == code


def test_two_plans_are_put_side_by_side(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "bold", weight="90%")
    code, found = document(capsys, "prod", "--compare", "bold", "--scenario", "failing", *FEW)
    assert code == Exit.FINE
    better = {row["one"]["name"]: row["better"] for row in found["compared"]}
    assert better["bad_answers_p50"] == "prod"
    assert [plan["environment"] for plan in found["plans"]] == ["prod", "bold"]
    assert main(["simulate", "prod", "--compare", "bold", "--scenario", "failing", *FEW]) == Exit.FINE
    assert "prod is better in: bad answers, median" in capsys.readouterr().out


def test_the_same_plan_differs_from_itself_in_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(folder / "prod.yaml")
    assert main(["simulate", "prod", "--compare", path, "--scenario", "failing", *FEW]) == Exit.FINE
    assert "No difference beyond luck." in capsys.readouterr().out


def test_the_traffic_may_be_said_or_recorded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "prod", traffic="")
    quick = ["--scenario", "failing=0.9", "--rollouts", "3"]
    _, said = document(capsys, "prod", "--rps", "7", "--error-rate", "2%", *quick)
    assert (said["traffic"]["requests_per_second"], said["traffic"]["error_rate"]) == (7.0, 0.02)
    _, recorded = document(capsys, "prod", "--recorded", str(RECORDED), *quick)
    assert recorded["traffic"]["requests_per_second"] == pytest.approx(20.0, rel=0.01)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["prod"], ["nothing is known of the traffic of mortgage", "endpoints.mortgage.traffic: {requests_per"]),
        (["prod", "documents", "--rps", "5"], ["prod has no endpoint documents", "name one of: mortgage"]),
        (["prod", "--recorded", "nothing.csv"], ["nothing.csv is no recording", "docs/simulate.md"]),
        (["prod", "--rps", "5", "--compare", "nowhere"], ["there is no", "nowhere.yaml"]),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_what_helps(
    folder: Path, capsys: pytest.CaptureFixture[str], argv: Sequence[str], told: Sequence[str]
) -> None:
    write(folder, "prod", traffic="")
    assert main(["simulate", *argv]) == Exit.USAGE
    said = capsys.readouterr().err
    assert [part for part in told if part not in said] == []


@pytest.mark.parametrize(
    "flag", [["--scenario", "nice"], ["--rollouts", "0"], ["--rps", "-1"], ["--weights-take", "x"]]
)
def test_flags_that_make_no_sense_are_refused(flag: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["simulate", "prod", *flag])
    assert flag[1] in capsys.readouterr().err


def test_pictures_are_drawn_one_per_plan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--scenario", "healthy", "--scenario", "failing", "--scenario", "dead", "--rollouts", "10"]
    _, found = document(capsys, "prod", *flags, "--out", str(folder / "out"))
    (picture,) = found["pictures"]
    text = "".join(ET.parse(picture).getroot().itertext())
    assert "mortgage in prod: 10 rollouts per scenario" in text
    assert "failing: bad answers until the canary was taken back" in text
    assert "nan" not in Path(picture).read_text().lower()


def test_every_key_and_scenario_is_described(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = document(capsys, "prod", "--compare", "prod", "--scenario", "failing", "--rollouts", "3")
    names = [row["name"] for row in found["plans"][0]["scenarios"][0]["figures"]]
    del found["plans"][0]["scenarios"][0]["causes"], found["plans"][1]["scenarios"][0]["causes"]
    assert {key for key in [*keys(found), *names] if f"`{key}`" not in DOCS} == set()
    assert figures(found["plans"][0], "failing")["missed"] == 0
    del folder


def test_quantities_are_written_for_people() -> None:
    assert [value(Unit.SECONDS, 90.0), value(Unit.SECONDS, math.inf)] == ["1 min 30 s", "never"]
    assert [value(Unit.SHARE, 0.0123), value(Unit.ANSWERS, 1234.0)] == ["1.23 %", "1,234"]
    assert [bar(0.0, 10), bar(0.001, 10), bar(1.0, 4)] == ["", "█", "████"]
    assert sparkline([0.0, 0.0, 8.0, math.inf], bins=2) == "█▄"
    assert sparkline([math.inf]) == ""
