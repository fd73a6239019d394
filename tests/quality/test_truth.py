"""Reading ground truth in Model Monitor's merge format."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.quality.schema import Kpi, Predicted, Schema
from lambdas.rollout.quality.truth import DamagedTruthError, RowTruth, Truth, read_truth, read_truths, told, written
from tests.quality.fakes import SCHEMA, truth_line


def _line(data: Any = "1", encoding: Any = "CSV", id_: Any = "i") -> str:
    said = {"groundTruthData": {"data": data, "encoding": encoding}, "eventMetadata": {"eventId": id_}}
    return json.dumps(said | {"eventVersion": "0"})


@pytest.mark.parametrize(
    ("data", "encoding", "labels"),
    [
        ("1", "CSV", ("1",)),
        ("1.0\n", "CSV", ("1",)),
        ("yes\nno\n", "CSV", ("yes", "no")),
        ('"yes"', "CSV", ("yes",)),
        ('"yes"', "JSON", ("yes",)),
        ("[1, 0]", "JSON", ("1", "0")),
        ("true", "JSON", ("true",)),
        ("yes,12.50\nno,0\n", "CSV", ("yes,12.50", "no,0")),
        ('[["yes", 12.5], "no,0", [0, 3]]', "JSON", ("yes,12.5", "no,0", "0,3")),
    ],
)
def test_labels_are_read_a_row_each(data: str, encoding: str, labels: tuple[str, ...]) -> None:
    assert read_truth(_line(data, encoding)) == Truth("i", labels)


SELLING = replace(SCHEMA, kpi=Kpi(revenue=True))
BY_CLASS = Schema({}, Predicted("mood", classes=("sad", "glad", "1")), kpi=Kpi(revenue=True))
PRICES = Schema({}, Predicted("price"), kpi=Kpi(revenue=True))


@pytest.mark.parametrize(
    ("schema", "text", "found"),
    [
        (SCHEMA, "yes", RowTruth("yes")),
        (SCHEMA, "yes,12.50", RowTruth("yes,12.50")),  # a label as any, where nothing says that something is earned
        (SELLING, "yes,12.50", RowTruth("yes", 12.5)),
        (SELLING, ' "yes" , "12.50"', RowTruth("yes", 12.5)),
        (SELLING, "1.0,0", RowTruth("1", 0.0)),
        (SELLING, "Paris, Texas,3", RowTruth("Paris, Texas", 3.0)),
        (SELLING, "yes", None),
        (SELLING, "yes,", None),
        (SELLING, ",3", None),
        (SELLING, "yes,-1", None),
        (SELLING, "yes,inf", None),
        (SELLING, "yes,much", None),
        (BY_CLASS, "glad,2", RowTruth("glad", 2.0)),
        (BY_CLASS, "angry,2", None),
        (PRICES, "3.5,2", RowTruth("3.5", 2.0)),
        (PRICES, "dear,2", None),
    ],
)
def test_what_a_row_earned_follows_its_label(schema: Schema, text: str, found: RowTruth | None) -> None:
    assert told(text, schema) == found


@given(st.lists(st.tuples(st.sampled_from(["yes", "no", "1"]), st.floats(0, 1e9)), min_size=1, max_size=5))
def test_what_is_written_is_read_again(rows: list[tuple[str, float]]) -> None:
    truth = Truth("i", tuple(f"{label},{earned:.17g}" for label, earned in rows))
    assert read_truth(written(truth)) == truth
    assert [told(each, SELLING) for each in truth.labels] == [RowTruth(label, earned) for label, earned in rows]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "{}",
        _line("", "CSV"),
        _line("1", "XML"),
        _line("{}", "JSON"),
        _line("[[]]", "JSON"),
        _line('[["yes", null]]', "JSON"),
        _line('[["yes", 1, 2]]', "JSON"),
        _line(id_=""),
        _line(id_="x" * 65),
    ],
)
def test_what_is_no_truth_is_refused_and_not_quoted(line: str) -> None:
    with pytest.raises(DamagedTruthError) as refused:
        read_truth(line)
    assert "XML" not in str(refused.value)


def test_a_damaged_line_costs_no_other() -> None:
    read = read_truths([truth_line("a", "yes"), b"{", b"", truth_line("b", "no")])
    assert [truth.id for truth in read.truths] == ["a", "b"]
    assert (read.damaged, read.examples) == (1, ("line 2: no ground truth: JSONDecodeError",))


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_a_line_holds_it_is_a_truth_or_damaged(line: bytes) -> None:
    read = read_truths([line])
    assert len(read.truths) + read.damaged <= 1
