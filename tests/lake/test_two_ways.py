"""Counted as it comes, by the function, and asked of the files afterwards, by the lake: the same counts exactly."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lake.engine import opened
from lake.fairness import by_group
from lake.quality import per_minute, quality
from lambdas.control.count_quality import count_predictions, count_truths
from lambdas.rollout.quality.schema import Kind, Kpi, Predicted, Schema
from tests.lake.world import HOUR, Line, capture, captured, side, told, truth
from tests.quality.fakes import ENDPOINT, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lake.engine import Record

SCHEMA = Schema(
    {"income": Kind.NUMBER, "race": Kind.CATEGORY},
    Predicted("label", "score", "yes", favourable="no"),
    groups={"race": ("white", "black")},
)
CLASSES = Schema(
    SCHEMA.columns, Predicted("label", classes=("yes", "no", "1", "2.0"), favourable="no"), groups=SCHEMA.groups
)
SELLING = replace(SCHEMA, kpi=Kpi(conversion="no", revenue=True))
CELLS = {
    "TruePositives": "true_positive",
    "FalsePositives": "false_positive",
    "FalseNegatives": "false_negative",
    "TrueNegatives": "true_negative",
}


def _answer(draw: random.Random) -> dict[str, Any]:
    score = round(draw.random(), 2)
    return draw.choice(
        [
            {"label": "yes" if score > 0.5 else "no", "score": score},
            {"label": "yes" if score > 0.5 else "no", "score": score},
            {"label": " yes", "score": str(score)},
            {"label": "no"},  # no prediction: a score is missing
            {"label": "no", "score": 1.5},  # nor is this
        ]
    )


def _class(draw: random.Random) -> dict[str, Any]:
    """Answer one of several classes, now and then none of them."""
    return {"label": draw.choice(["yes", "no", " no", 1, "1.0", 2, "2", "never", ""])}


def _captures(draw: random.Random, variant: str, answer: Callable[[random.Random], dict[str, Any]]) -> list[Line]:
    """Requests of one to three rows, in CSV and JSON, some without predictions, and a line that is none."""
    lines: list[Line] = []
    for number in range(150):
        rows = [
            (draw.randrange(100), draw.choice(["white", "black", "other", ""])) for _ in range(draw.randint(1, 3))
        ]
        if draw.random() < 0.5:
            asked = side("\n".join(f"{income},{race}" for income, race in rows), encoded=draw.random() < 0.5)
        else:
            instances = [{"income": income, "race": race} for income, race in rows]
            asked = side(json.dumps({"instances": instances}), "application/json")
        said = side(json.dumps({"predictions": [answer(draw) for _ in rows]}), "application/json")
        at = f"2026-11-21T09:{draw.randrange(60):02}:{draw.randrange(60):02}Z"
        lines.append(capture(asked, said, f"{variant}-{number}", at))
    return [*lines, "damaged"]


def _truths(draw: random.Random, captures: list[Line], labels: Sequence[str]) -> list[Line]:
    """Truths of most of them; some twice, some that contradict, some with a label too many."""
    found: list[Line] = []
    for line in captures:
        if isinstance(line, str) or draw.random() < 0.2:
            continue
        rows = len(json.loads(line["captureData"]["endpointOutput"]["data"])["predictions"])
        told = [draw.choice(labels) for _ in range(rows + (draw.random() < 0.05))]
        found.append(_truth(draw, line["eventMetadata"]["inferenceId"], told))
        if draw.random() < 0.1:
            found.append(found[-1])
    return found


def _truth(draw: random.Random, id_: str, told: Sequence[str]) -> Line:
    """Tell it in CSV, or as a JSON list of labels, of which those that can be are lists of label and revenue."""
    if draw.random() < 0.7:
        return truth(id_, "\n".join(told))
    listed = [
        [label, earned] if label and earned else text for text in told for label, _, earned in [text.rpartition(",")]
    ]
    return truth(id_, json.dumps(listed), "JSON")


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_of_counting_agree(tmp_path: Path, seed: int) -> None:
    (minutes, groups, whole), scene = _both_ways(tmp_path, seed, SCHEMA, _answer, ("yes", "no", "yes ", '"yes"'))
    for variant in ("stable", "canary"):
        counted = scene.published.of(variant)
        rows = [row for row in minutes if row["variant"] == variant]
        assert counted["Labelled"] == sum(row["labelled"] for row in rows) > 100
        for counter, column in CELLS.items():
            assert counted[counter] == sum(row[column] for row in rows) > 5
        (expected,) = (row["expected_positive"] for row in whole if row["variant"] == variant)
        assert counted["ExpectedPositives"] == pytest.approx(expected)
        assert expected > 5
    _assert_alike(scene, groups)


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_of_counting_several_classes_agree(tmp_path: Path, seed: int) -> None:
    truths = ("yes", "no", "yes ", "1", "1.0", "2", "never", "never again")
    (minutes, groups, _), scene = _both_ways(tmp_path, seed, CLASSES, _class, truths)
    for variant in ("stable", "canary"):
        counted = scene.published.of(variant)
        rows = [row for row in minutes if row["variant"] == variant]
        assert counted["Labelled"] == sum(row["labelled"] for row in rows) > 50
        assert counted["TruePositives"] == sum(row["right"] for row in rows) > 5
        assert counted["FalsePositives"] == sum(row["wrong"] for row in rows) > 5
        assert not {"FalseNegatives", "TrueNegatives"} & set(counted)
    _assert_alike(scene, groups)


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_of_counting_what_answers_earned_agree(tmp_path: Path, seed: int) -> None:
    truths = ("yes,0", "no,12.5", ' "no" , 3', "yes", "no,", "no,-1", "yes,1_000", "no,much", ",5", "no,7,25")
    (minutes, groups, whole), scene = _both_ways(tmp_path, seed, SELLING, _answer, truths)
    for variant in ("stable", "canary"):
        counted, earned = scene.published.of(variant), scene.published.values[variant, "Revenue"]
        (row,) = (row for row in whole if row["variant"] == variant)
        assert counted["Labelled"] == row["labelled"] > 20
        assert min(earned) > 0
        assert counted["Labelled"] == sum(each["labelled"] for each in minutes if each["variant"] == variant)
        assert counted["Conversions"] + counted["Losses"] == row["labelled"]
        assert counted["Conversions"] / row["labelled"] == pytest.approx(row["conversion"])
        assert sum(earned) / row["labelled"] == pytest.approx(row["revenue"])
        assert min(counted["Conversions"], counted["Losses"], sum(earned)) > 5
    _assert_alike(scene, groups)


def _both_ways(
    folder: Path, seed: int, schema: Schema, answer: Callable[[random.Random], dict[str, Any]], labels: Sequence[str]
) -> tuple[list[list[Record]], Scene]:
    """Draw captures and truths; returns the lake's minutes, groups and figures, and what the function published."""
    draw = random.Random(seed)
    captures = {variant: _captures(draw, variant, answer) for variant in ("stable", "canary")}
    truths = [each for lines in captures.values() for each in _truths(draw, lines, labels)]
    files = [captured(folder, lines, variant, endpoint=ENDPOINT) for variant, lines in captures.items()]
    with opened(schema, files, [told(folder, truths)]) as lake:
        asked = [lake.ask(query) for query in (per_minute(schema), by_group(schema), quality(schema))]
    return asked, _as_it_comes(schema, captures, truths)


def _assert_alike(scene: Scene, groups: list[Record]) -> None:
    assert len(groups) == 4
    for row in groups:
        counted = scene.published.of(row["variant"], f"{row['grouping_column']}={row['name']}")
        assert counted["Decisions"] == row["decisions"] > 30
        assert counted["Unfavourable"] == row["unfavourable"]
        assert [counted.get(counter, 0) for counter in CELLS] == [row[column] for column in CELLS.values()]


def _as_it_comes(schema: Schema, captures: dict[str, list[Line]], truths: list[Line]) -> Scene:
    scene = Scene(schema)
    scene.time = scene.since = 1_795_250_000.0  # the morning of those captures
    for variant, lines in captures.items():
        key = scene.put(f"captures/{ENDPOINT}/{variant}/{HOUR}/a.jsonl", map(_text, lines))
        assert count_predictions(scene.quality, "b", key)
    assert count_truths(scene.quality, "b", scene.put(f"truths/{ENDPOINT}/{HOUR}/a.jsonl", map(_text, truths)))
    return scene


def _text(line: Line) -> bytes:
    return (line if isinstance(line, str) else json.dumps(line)).encode()
