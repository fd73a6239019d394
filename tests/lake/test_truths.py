"""Truths meet answers: the first counts, within the window, and what is wrong with the others is told apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lake.engine import Record, opened
from lake.hours import Interval
from lake.quality import coverage, faults
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import Line, capture, captured, side, told, truth

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = Schema({"age": Kind.NUMBER}, Predicted("label", positive="yes"), window=7_200)


def _asked(*labels: str, identity: str = "a", at: str = "2026-11-21T09:40:12Z") -> Line:
    rows = "\n".join("30" for _ in labels)
    answers = [{"label": label} for label in labels]
    return capture(side(rows), side(json.dumps(answers), "application/json"), identity, at)


def _labelled(folder: Path, lines: list[Line], truths: list[str]) -> tuple[list[Record], Record]:
    with opened(SCHEMA, [captured(folder, lines)], truths) as lake:
        rows = lake.ask("SELECT id, number, truth, actual FROM labelled ORDER BY id, number")
        return rows, lake.ask(coverage())[0]


def _truths(rows: list[Record]) -> list[tuple[str, int, str, bool]]:
    return [(row["id"], row["number"], row["truth"], row["actual"]) for row in rows]


def test_a_batch_has_its_truths_one_per_line(tmp_path: Path) -> None:
    lines = [_asked("yes", "no", identity="csv"), _asked("yes", "no", identity="json"), _asked("no", identity="one")]
    given = [truth("csv", "no\nyes\n"), truth("json", '["no", "yes"]', "JSON"), truth("one", '"yes"', "JSON")]
    rows, covered = _labelled(tmp_path, lines, [told(tmp_path, given)])
    assert _truths(rows) == [
        ("csv", 1, "no", False),
        ("csv", 2, "yes", True),
        ("json", 1, "no", False),
        ("json", 2, "yes", True),
        ("one", 1, "yes", True),
    ]
    assert (covered["answered"], covered["labelled"]) == (5, 5)


def test_the_first_truth_counts_and_the_others_are_told_apart(tmp_path: Path) -> None:
    lines = [_asked("yes", identity=name) for name in ("doubled", "contradicted", "same-file", "none")]
    later = told(tmp_path, [truth("contradicted", "no"), truth("doubled", "yes")], "2026/11/21/11")
    first = [
        truth("contradicted", "yes"),
        truth("doubled", "yes"),
        truth("same-file", "yes"),
        truth("same-file", "no"),
    ]
    rows, covered = _labelled(tmp_path, lines, [later, told(tmp_path, first, "2026/11/21/10")])
    assert {row["id"]: row["truth"] for row in rows} == {
        "contradicted": "yes",
        "doubled": "yes",
        "same-file": "yes",
    }
    assert (covered["answered"], covered["labelled"], covered["doubled"], covered["contradictory"]) == (4, 3, 1, 2)


def test_the_first_of_two_lines_counts_whatever_they_say(tmp_path: Path) -> None:
    rows, _ = _labelled(tmp_path, [_asked("yes")], [told(tmp_path, [truth("a", "yes"), truth("a", "no")])])
    assert [row["truth"] for row in rows] == ["yes"]


def test_of_one_hours_files_the_first_by_name_counts_in_whatever_order_they_are_given(tmp_path: Path) -> None:
    files = [
        told(tmp_path, [truth("a", label)], name=name) for name, label in (("b.jsonl", "no"), ("a.jsonl", "yes"))
    ]
    rows, _ = _labelled(tmp_path, [_asked("yes")], files)
    assert [row["truth"] for row in rows] == ["yes"]


def test_a_truth_without_an_encoding_does_not_borrow_a_later_ones(tmp_path: Path) -> None:
    bare = truth("a", '["yes"]')
    del bare["groundTruthData"]["encoding"]
    rows, _ = _labelled(tmp_path, [_asked("yes")], [told(tmp_path, [bare, truth("a", '["yes"]', "JSON")])])
    assert [row["truth"] for row in rows] == ['["yes"]']


def test_a_truth_beyond_the_window_is_late_and_none(tmp_path: Path) -> None:
    lines = [_asked("yes", identity="in"), _asked("yes", identity="late", at="2026-11-21T08:59:59Z")]
    rows, covered = _labelled(
        tmp_path, lines, [told(tmp_path, [truth("in", "yes"), truth("late", "yes")], "2026/11/21/11")]
    )
    assert [row["id"] for row in rows] == ["in"]
    assert (covered["late"], covered["labelled"], covered["answered"]) == (1, 1, 2)


def test_a_truth_for_another_number_of_rows_is_unfit(tmp_path: Path) -> None:
    lines = [_asked("yes", "no", identity="batch"), _asked("yes", identity="empty")]
    given: list[Line] = [
        truth("batch", "yes"),
        truth("empty", " "),
        truth("nobody", "yes"),
        "no line",
        '{"eventMetadata": {}}',
    ]
    rows, covered = _labelled(tmp_path, lines, [told(tmp_path, given)])
    assert not rows
    assert covered["unfit"] == 3


def test_an_id_without_an_inference_id_joins_by_the_event_id(tmp_path: Path) -> None:
    line = _asked("yes")
    assert isinstance(line, dict)
    del line["eventMetadata"]["inferenceId"]
    rows, _ = _labelled(tmp_path, [line], [told(tmp_path, [truth("event-a", "yes")])])
    assert [row["truth"] for row in rows] == ["yes"]


def test_numbers_are_the_same_label_however_they_are_written(tmp_path: Path) -> None:
    schema = Schema({"age": Kind.NUMBER}, Predicted("label", positive="1"))
    line = capture(side("30"), side('{"label": 1.0}', "application/json"))
    with opened(schema, [captured(tmp_path, [line])], [told(tmp_path, [truth("a", "1.0")])]) as lake:
        assert lake.ask("SELECT label, truth, predicted, actual FROM labelled") == [
            {"label": "1", "truth": "1", "predicted": True, "actual": True}
        ]


def test_rows_outside_the_interval_are_left_out_and_damaged_lines_are_not(tmp_path: Path) -> None:
    moments = ("2026-11-21T09:14:59Z", "2026-11-21T09:15:00Z", "2026-11-21T09:44:59Z", "2026-11-21T09:45:00Z")
    lines = [*(_asked("yes", identity=at, at=at) for at in moments), "damaged"]
    since, until = datetime(2026, 11, 21, 9, 15, tzinfo=UTC), datetime(2026, 11, 21, 9, 45, tzinfo=UTC)
    with opened(SCHEMA, [captured(tmp_path, lines)], interval=Interval(since, until)) as lake:
        assert [row["id"] for row in lake.ask("SELECT id FROM rows ORDER BY id")] == list(moments[1:3])
        assert lake.ask(faults()) == [{"endpoint": "credit", "variant": "stable", "fault": "record", "records": 1}]
