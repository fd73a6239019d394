"""`serinus quality`, from captures in a folder to tables and a document."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from rich.console import Console

from cli.arguments import parser
from cli.exits import Exit, RefusedError
from cli.main import main
from cli.quality.command import answer
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.checks.pages import BASE
from tests.cli.test_docs import keys
from tests.lake.traffic import traffic
from tests.lake.world import HOUR, Line, capture, captured, side, told, truth

if TYPE_CHECKING:
    from cli.answer import Answer

JSON = "application/json"
DOCS = (Path(__file__).parents[2] / "docs" / "lake.md").read_text(encoding="utf-8")
SCHEMA = Schema(
    {"income": Kind.NUMBER, "race": Kind.CATEGORY},
    Predicted("label", "score", "denied", favourable="granted"),
    groups={"race": ("black", "[red]white[/red]")},
)


def _traffic(folder: Path, variant: str, seed: int, times: float = 1.0) -> None:
    traffic(folder, variant, seed, times=times, white="[red]white[/red]")


def _asked(folder: Path, *more: str, until: str = "2026-11-21T10:00:00Z") -> Answer:
    places = ["--captures", str(folder / "captures"), "--truths", str(folder / "truths")]
    moments = ["--since", "2026-11-21T09:00:00", "--until", until]
    arguments = parser().parse_args(["quality", "prod", "credit", *places, *moments, *more])
    return answer("credit", SCHEMA, arguments)


def _shown(found: Answer) -> str:
    printed = io.StringIO()
    Console(file=printed, width=200, markup=False, highlight=False).print(found.text)
    return printed.getvalue()


def test_both_variants_are_measured_and_told(tmp_path: Path) -> None:
    _traffic(tmp_path, "stable", 1)
    _traffic(tmp_path, "canary", 2)
    found = _asked(tmp_path, "--memory", "500MB", "--threads", "1")
    document: Any = json.loads(json.dumps(found.document))
    assert [(each["variant"], each["answered"], each["labelled"]) for each in document["coverage"]] == [
        ("canary", 400, 200),
        ("stable", 400, 200),
    ]
    assert [(each["variant"], each["fault"], each["records"]) for each in document["faults"]] == [
        ("canary", "record", 1),
        ("stable", "record", 1),
    ]
    assert {each["group"] for each in document["fairness"][0]["groups"]} == {"black", "[red]white[/red]"}
    assert document["verdict"]["kind"] == "same"
    assert document["files"] == 4
    assert 0 < document["bytes"] < 10**6
    shown = _shown(found)
    assert shown.startswith("credit, 2026-11-21 09:00 to 2026-11-21 10:00 UTC\n")
    for word in ("[red]white[/red]", "area under curve", "drift: canary to stable", "groups compared"):
        assert word in shown


def _answered(folder: Path, variant: str, wrong: dict[str, float], each: int = 400) -> None:
    """So many labelled requests of each of these races, of which a share is answered wrongly."""
    generator = np.random.default_rng(len(variant))
    lines: list[Line] = []
    truths: list[Line] = []
    for race, share in wrong.items():
        for i in range(each):
            granted, identity = generator.random() < 0.5, f"{variant}-{race}-{i}"
            actual = granted if generator.random() >= share else not granted
            said = {"label": "granted" if granted else "denied", "score": 0.2 if granted else 0.8}
            body = json.dumps({"income": float(generator.lognormal(10, 1)), "race": race})
            lines.append(capture(side(body, JSON), side(json.dumps(said), JSON), identity))
            truths.append(truth(identity, "granted" if actual else "denied"))
    captured(folder, lines, variant)
    told(folder, truths, hour=f"credit/{HOUR}", name=f"{variant}.jsonl")


def test_a_segment_in_which_the_canary_is_worse_is_told_and_its_name_is_no_command(tmp_path: Path) -> None:
    _answered(tmp_path, "stable", {"[red]\x1b[2J": 0.1, "black": 0.1})
    _answered(tmp_path, "canary", {"[red]\x1b[2J": 0.4, "black": 0.1})
    found = _asked(tmp_path)
    segments: Any = json.loads(json.dumps(found.document))["segments"]
    (worse,) = segments["worse"]
    canary, stable = (worse[variant]["wrong"] / worse[variant]["labelled"] for variant in ("canary", "stable"))
    assert (worse["segment"], worse["canary"]["labelled"]) == ("race=[red]\x1b[2J", 400)
    assert worse["difference"] == pytest.approx(canary - stable)
    assert worse["p_value"] <= 0.01
    assert (segments["more"], segments["left_out"], segments["alone"]) == (0, 0, 0)
    assert segments["searched"] > segments["too_few"]
    shown = _shown(found)
    sentence = f"{100 * canary:.1f} % wrong of 400, stable {100 * stable:.1f} % of 400 (adjusted p "
    assert f"the canary is worse for race=[red]\ufffd[2J: {sentence}" in shown
    assert segments["summary"] in shown
    assert "\x1b" not in shown


def test_where_no_segment_is_worse_it_is_said_of_how_many(tmp_path: Path) -> None:
    for variant in ("stable", "canary"):
        _answered(tmp_path, variant, {"[red]white[/red]": 0.1, "black": 0.1})
    found = _asked(tmp_path)
    segments = found.document["segments"]
    assert segments["worse"] == []
    assert segments["summary"] == (
        f"Of {segments['searched']} segments none is worse by 5 points beyond chance;"
        f" {segments['too_few']} had too few rows to say."
    )
    assert segments["summary"] in _shown(found)


def test_segments_beyond_those_that_are_named_are_counted(tmp_path: Path) -> None:
    races = [f"r{i}" for i in range(14)]
    _answered(tmp_path, "stable", dict.fromkeys(races, 0.4), 150)
    _answered(tmp_path, "canary", dict.fromkeys(races[:7], 0.8) | dict.fromkeys(races[7:], 0.0), 150)
    found = _asked(tmp_path)
    assert (len(found.document["segments"]["worse"]), found.document["segments"]["more"]) == (5, 2)
    assert "and for 2 more" in _shown(found)


def test_requests_that_differ_between_variants_are_routings_fault(tmp_path: Path) -> None:
    _traffic(tmp_path, "stable", 1)
    _traffic(tmp_path, "canary", 2, times=4.0)
    assert _asked(tmp_path).document["verdict"]["kind"] == "routing fault"


def test_a_baseline_that_was_written_tells_that_the_world_moved(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    _traffic(before, "stable", 1)
    _asked(before, "--write-baseline", str(tmp_path / "baseline"))
    for seed, variant in enumerate(("stable", "canary")):
        _traffic(after, variant, 5 + seed, times=4.0)
    found = _asked(after, "--baseline", str(tmp_path / "baseline" / "statistics.json"))
    assert found.document["verdict"]["kind"] == "the world moved"
    assert set(found.document["drift"]) == {"canary to stable", "canary to baseline", "stable to baseline"}
    assert json.loads((tmp_path / "baseline" / "constraints.json").read_text())["version"] == 0.0


def test_what_cannot_be_measured_is_refused_with_a_fix(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="has no captures of credit in these hours") as refused:
        _asked(tmp_path)
    assert refused.value.code is Exit.NOTHING
    with pytest.raises(RefusedError, match="ends after it begins"):
        _asked(tmp_path, until="2026-11-21T08:00:00Z")
    _traffic(tmp_path, "stable", 1)
    with pytest.raises(RefusedError, match="Is a directory"):
        _asked(tmp_path, "--baseline", str(tmp_path / "captures"))
    with pytest.raises(RefusedError):
        _asked(tmp_path, "--memory", "plenty")


def test_an_endpoint_without_a_schema_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    (tmp_path / "prod.yaml").write_text(BASE.read_text(encoding="utf-8"), encoding="utf-8")
    said = ["quality", "prod", "mortgage", "--captures", "x", "--since", "2026-11-21", "--until", "2026-11-22"]
    assert main(said) is Exit.USAGE
    assert "has no schema" in capsys.readouterr().err


@pytest.mark.parametrize("flag", [["--since", "yesterday"], ["--threads", "0"], ["--threads", "x"]])
def test_flags_that_mean_nothing_are_usage(flag: list[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["quality", "prod", "--captures", "x", "--since", "2026-11-21", "--until", "2026", *flag])


def test_every_key_of_json_is_described(tmp_path: Path) -> None:
    _traffic(tmp_path, "stable", 1)
    _traffic(tmp_path, "canary", 2, times=4.0)
    _answered(tmp_path / "worse", "stable", {"a": 0.1, "b": 0.1})
    _answered(tmp_path / "worse", "canary", {"a": 0.1, "b": 0.6})
    segments = _asked(tmp_path / "worse").document["segments"]
    assert segments["worse"]
    document = {name: value for name, value in _asked(tmp_path).document.items() if name != "drift"}
    changes = _asked(tmp_path).document["drift"]["canary to stable"]
    assert {key for key in keys([document, changes, segments, {"drift": 0}]) if f"`{key}`" not in DOCS} == set()
