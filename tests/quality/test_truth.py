"""Reading ground truth in Model Monitor's merge format."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.quality.truth import DamagedTruthError, Truth, read_truth, read_truths
from tests.quality.fakes import truth_line


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
    ],
)
def test_labels_are_read_a_row_each(data: str, encoding: str, labels: tuple[str, ...]) -> None:
    assert read_truth(_line(data, encoding)) == Truth("i", labels)


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
