"""Several classes: rows are right or wrong, whatever asks; what takes two labels is not known."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from lake.engine import Lake, opened
from lake.fairness import by_group, outcomes
from lake.hours import Interval
from lake.quality import calibration, coverage, faults, quality
from lake.segments import counted
from lake.slices import cut, per_slice
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import capture, captured, side, told, truth

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASSES = ("sad", "glad", "7")
SCHEMA = Schema(
    {"x": Kind.NUMBER, "race": Kind.CATEGORY},
    Predicted("mood", classes=CLASSES, favourable="glad"),
    groups={"race": ("white", "black")},
)
INTERVAL = Interval(datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 10, tzinfo=UTC))
ROWS = 600
_DRAW = np.random.default_rng(20261127)
SAID = _DRAW.choice([*CLASSES, "7.0", "angry"], ROWS, p=(0.4, 0.3, 0.1, 0.1, 0.1)).tolist()
TRUE = np.where(_DRAW.random(ROWS) < 0.6, SAID, _DRAW.choice([*CLASSES, "bored"], ROWS)).tolist()
RACES = _DRAW.choice(["white", "black"], ROWS).tolist()


def _known(label: str) -> str | None:
    label = label.removesuffix(".0")
    return label if label in CLASSES else None


MET = [
    (said, true, race)
    for said, true, race in zip(map(_known, SAID), map(_known, TRUE), RACES, strict=True)
    if said is not None
]
"""Answers that are one of the classes, with the truth if that is one too."""
LABELLED = [(said, true, race) for said, true, race in MET if true is not None]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder = tmp_path_factory.mktemp("classes")
    lines = {
        variant: [
            capture(
                side(f"{place % 50},{race}"),
                side(json.dumps({"mood": said}), "application/json"),
                f"{variant}-{place}",
                f"2026-11-21T09:{place % 60:02}:00Z",
            )
            for place, (said, race) in enumerate(zip(SAID, RACES, strict=True))
        ]
        for variant in ("stable", "canary")
    }
    truths = [truth(f"{variant}-{place}", true) for variant in lines for place, true in enumerate(TRUE)]
    files = [captured(folder, each, variant) for variant, each in lines.items()]
    with opened(SCHEMA, files, [told(folder, truths)]) as found:
        yield found


def test_accuracy_is_scikit_learns_and_what_takes_two_labels_is_not_known(lake: Lake) -> None:
    said, true, _ = zip(*LABELLED, strict=True)
    for found in lake.ask(quality(SCHEMA)):
        assert found["labelled"] == len(LABELLED)
        assert found["accuracy"] == pytest.approx(accuracy_score(true, said), abs=1e-12)
        assert {found[name] for name in set(found) - {"endpoint", "variant", "labelled", "accuracy"}} == {None}


def test_the_figures_have_the_columns_that_those_of_two_labels_have(lake: Lake) -> None:
    binary = replace(SCHEMA, predicted=Predicted("mood", positive="glad"))
    assert list(lake.ask(quality(SCHEMA))[0]) == list(lake.ask(quality(binary))[0])


def test_labels_that_are_no_class_are_faults_and_unfit(lake: Lake) -> None:
    for found in lake.ask(coverage()):
        assert (found["answered"], found["labelled"]) == (len(MET), len(LABELLED))
        assert found["unfit"] == len(MET) - len(LABELLED) > 10
    for fault in lake.ask(faults()):
        assert (fault["fault"], fault["records"]) == ("answer", ROWS - len(MET))


def test_slices_and_segments_count_the_same_rows_right_and_wrong(lake: Lake) -> None:
    right = sum(said == true for said, true, _ in LABELLED)
    slices = [row for row in lake.ask(per_slice(SCHEMA, cut(INTERVAL))) if row["variant"] == "canary"]
    assert sum(row["right"] for row in slices) == right
    _, segments = counted(lake)
    arms = {each.name: each.canary for each in segments}
    for race in ("white", "black"):
        of = [said != true for said, true, in_ in LABELLED if in_ == race]
        assert (arms[f"race={race}"].bad, arms[f"race={race}"].total) == (sum(of), len(of))


def test_groups_are_told_by_the_favourable_class(lake: Lake) -> None:
    found = outcomes(lake.ask(by_group(SCHEMA)))["canary", "race"]
    for race in ("white", "black"):
        cells = Counter((said == "glad", true == "glad") for said, true, in_ in LABELLED if in_ == race)
        decided = [said == "glad" for said, _, in_ in MET if in_ == race]
        assert (found[race].decisions, found[race].unfavourable) == (len(decided), decided.count(False))
        assert (found[race].true_positive, found[race].false_positive) == (cells[True, True], cells[True, False])
        assert (found[race].false_negative, found[race].true_negative) == (cells[False, True], cells[False, False])


def test_without_a_favourable_class_there_is_no_fairness_and_ever_no_calibration() -> None:
    with pytest.raises(ValueError, match="favourable"):
        by_group(replace(SCHEMA, predicted=replace(SCHEMA.predicted, favourable=None)))
    with pytest.raises(ValueError, match="chance"):
        calibration(SCHEMA.predicted)
