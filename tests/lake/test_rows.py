"""Captured bodies become rows: every format, every column, nothing guessed."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.engine import Lake, Record, opened
from lake.text import canonical, names
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import Line, capture, captured, side

JSON, LINES = "application/json", "application/jsonlines"
SCHEMA = Schema({"age": Kind.NUMBER, "race": Kind.CATEGORY}, Predicted("label", "score", "1"))
CSV_ANSWERS = Schema(SCHEMA.columns, Predicted("column 2", "column 1", "1"))
ROW = {"age": 30, "race": "black"}


def _read(folder: Path, lines: list[Line], schema: Schema = SCHEMA) -> tuple[list[Record], list[Record]]:
    with opened(schema, [captured(folder, lines)]) as lake:
        return _both(lake)


def _both(lake: Lake) -> tuple[list[Record], list[Record]]:
    order = "ORDER BY id, number"
    return lake.ask(f"SELECT * FROM rows {order}"), lake.ask(f"SELECT * FROM faulty {order}")


def _answer(*answers: tuple[Any, float]) -> dict[str, str]:
    rows = [{"label": label, "score": score} for label, score in answers]
    return side(json.dumps({"predictions": rows}), JSON)


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize(
    ("asked", "content_type"),
    [
        ("30,black\n40,white", "text/csv"),
        ('30,"black"\r\n"40", white \r\n\r\n', "text/csv; charset=utf-8"),
        ("race,age\nblack,30\nwhite,40", "text/csv"),
        (json.dumps({"instances": [ROW, {"race": "white", "age": "40", "more": [1]}]}), JSON),
        (json.dumps({"instances": [[30, "black"], [40, "white"]]}), JSON),
        (json.dumps([ROW, {"age": 40.0, "race": "white"}]), JSON),
        (json.dumps(ROW) + "\n" + json.dumps({"age": 40, "race": "white"}), LINES),
        (json.dumps(ROW) + "\n" + json.dumps({"age": 40, "race": "white"}), JSON),
        (json.dumps(ROW) + "\r" + json.dumps({"age": 40, "race": "white"}), JSON),
        ("\n\t " + json.dumps([ROW, {"age": 40, "race": "white"}], indent=1), JSON),
    ],
)
def test_row_i_of_the_answer_belongs_to_row_i_of_the_request(
    tmp_path: Path, asked: str, content_type: str, *, encoded: bool
) -> None:
    line = capture(side(asked, content_type, encoded=encoded), _answer((1, 0.9), ("0", 0.25)))
    rows, faulty = _read(tmp_path, [line])
    assert not faulty
    assert [(row["number"], row["age"], row["race"], row["label"], row["score"]) for row in rows] == [
        (1, 30.0, "black", "1", 0.9),
        (2, 40.0, "white", "0", 0.25),
    ]
    assert {(row["endpoint"], row["variant"], str(row["at"]), row["batch"]) for row in rows} == {
        ("credit", "stable", "2026-11-21 09:40:12", 2)
    }


@pytest.mark.parametrize(
    ("answer", "content_type", "schema"),
    [
        ("0.9,1\n", "text/csv", CSV_ANSWERS),
        ("[[0.9, 1]]", JSON, CSV_ANSWERS),
        ('{"outputs": [[0.9, "1"]]}', JSON, CSV_ANSWERS),
        ('{"label": 1.0, "score": 0.9}', JSON, SCHEMA),
        ('{"label": 1, "score": 0.9}\n', LINES, SCHEMA),
        ('\n\t {"label": 1,\n"score": 0.9}', JSON, SCHEMA),
        ("\n [[0.9, 1]]", JSON, CSV_ANSWERS),
        ("0.9", "text/csv", Schema(SCHEMA.columns, Predicted(score="column 1", positive="1"))),
        ("[0.9]", JSON, Schema(SCHEMA.columns, Predicted(score="column 1", positive="1"))),
        ("0.9", JSON, Schema(SCHEMA.columns, Predicted(score="column 1", positive="1"))),
    ],
)
@pytest.mark.parametrize("encoded", [False, True])
def test_answers_are_read_in_every_form(
    tmp_path: Path, answer: str, content_type: str, schema: Schema, *, encoded: bool
) -> None:
    line = capture(side("30,black"), side(answer, content_type, encoded=encoded))
    rows, _ = _read(tmp_path, [line], schema)
    assert [(row["label"], row["score"], row["predicted"], row["favoured"]) for row in rows] == [
        ("1", 0.9, True, True)
    ]


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ("30", "request"),
        ("30,black,more", "request"),
        ('30,"black', "request"),
        ('30,bl"ack"', "request"),
        ("30,black\n31,black\n32,black", "batch"),
        ("age,colour\n30,black", "request"),
        ("\n \n", "request"),
    ],
)
def test_a_request_that_is_not_as_the_schema_says_is_counted_and_no_row(
    tmp_path: Path, asked: str, fault: str
) -> None:
    rows, faulty = _read(tmp_path, [capture(side(asked), _answer((1, 0.9)))])
    assert not rows
    assert [row["fault"] for row in faulty] == [fault]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        side("", JSON),
        side('{"label": 1}', JSON),
        side('{"label": null, "score": 0.5}', JSON),
        side('{"label": 1, "score": "high"}', JSON),
        side('{"label": 1, "score": NaN}', JSON),
        side('{"label": 1, "score":', JSON),
        side('{"error": "no"}', JSON),
        side("1,0.5"),
        side("\x89PNG", "image/png"),
        {**side("x", JSON), "encoding": "BASE64", "data": "!"},
        {**side("x", JSON), "encoding": "BASE64", "data": "//8="},
    ],
)
def test_an_answer_that_says_nothing_is_counted_and_no_row(tmp_path: Path, answer: dict[str, str] | None) -> None:
    rows, faulty = _read(tmp_path, [capture(side("30,black"), answer)])
    assert not rows
    assert [row["fault"] for row in faulty] == ["answer"]


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[1]",
        '{"captureData": {}}',
        capture(side("30,black"), _answer((1, 0.9)), at="2026-11-21 09:40"),
        capture(side("30,black"), _answer((1, 0.9)), identity="x" * 65),
        {**capture(side("30,black"), _answer((1, 0.9))), "eventMetadata": {"inferenceTime": "2026-11-21T09:40:12Z"}},
    ],
)
def test_a_line_that_is_no_record_is_counted_and_the_others_are_read(tmp_path: Path, line: Line) -> None:
    rows, faulty = _read(tmp_path, [line, capture(side("30,black"), _answer((1, 0.9)), "good")])
    assert [row["id"] for row in rows] == ["good"]
    assert [row["fault"] for row in faulty] == ["record"]


def test_without_an_inference_id_the_event_id_is_the_id(tmp_path: Path) -> None:
    line = capture(side("30,black"), _answer((1, 0.9)))
    del line["eventMetadata"]["inferenceId"]
    rows, _ = _read(tmp_path, [line])
    assert [row["id"] for row in rows] == ["event-a"]


def test_missing_values_are_null_and_those_that_are_no_numbers_are_counted_too(tmp_path: Path) -> None:
    cells = ["", "old", "1_000", "nan", "1e999", " 7 "]
    lines = [capture(side(f"{cell},"), _answer((1, 0.9)), str(i)) for i, cell in enumerate(cells)]
    rows, _ = _read(tmp_path, [*lines])
    assert [row["age"] for row in rows] == [None, None, None, None, None, 7.0]
    assert [row["unread"] for row in rows] == [0, 1, 1, 1, 1, 0]
    assert {row["race"] for row in rows} == {None}


def test_a_request_that_was_not_captured_leaves_the_answer(tmp_path: Path) -> None:
    rows, _ = _read(tmp_path, [capture(None, _answer((1, 0.9)))])
    assert [(row["asked"], row["age"], row["label"]) for row in rows] == [(False, None, "1")]


def test_a_score_alone_means_positive_from_the_threshold_on(tmp_path: Path) -> None:
    schema = Schema(SCHEMA.columns, Predicted(score="score", positive="denied", threshold=0.4, favourable="granted"))
    lines = [capture(side("1,a"), _answer((1, score)), str(score)) for score in (0.39, 0.4)]
    rows, _ = _read(tmp_path, [*lines], schema)
    assert [(row["label"], row["predicted"], row["favoured"]) for row in rows] == [
        ("granted", False, True),
        ("denied", True, False),
    ]


def test_a_regression_has_a_number(tmp_path: Path) -> None:
    schema = Schema(SCHEMA.columns, Predicted(label="price"))
    lines = [capture(side("1,a"), side(json.dumps({"price": price}), JSON), str(price)) for price in (3.5, "dear")]
    rows, faulty = _read(tmp_path, [*lines], schema)
    assert [row["value"] for row in rows] == [3.5]
    assert len(faulty) == 1


def test_without_columns_requests_are_not_read(tmp_path: Path) -> None:
    line = capture(side("\x89PNG", "image/png"), _answer((1, 0.9)))
    rows, faulty = _read(tmp_path, [line], Schema({}, SCHEMA.predicted))
    assert len(rows) == 1
    assert not faulty


def test_a_schema_that_predicts_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="label, a score"):
        _read(tmp_path, [], Schema({}, Predicted()))


def test_no_files_make_no_rows() -> None:
    with opened(SCHEMA, []) as lake:
        assert _both(lake) == ([], [])


NAMES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
    min_size=1,
    max_size=4,
    unique=True,
)
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(columns=NAMES, value=VALUES)
def test_any_name_is_a_column_and_keeps_its_values(columns: list[str], value: str) -> None:
    columns = [*columns, *(name.upper() for name in columns if name.upper() not in columns), 'a"b', "at", "'; --"]
    columns = list(dict.fromkeys(columns))
    schema = Schema(dict.fromkeys(columns, Kind.CATEGORY), SCHEMA.predicted)
    asked = {column: f"{place} {value}" for place, column in enumerate(columns)}
    line = capture(side(json.dumps(asked), JSON), _answer((1, 0.9)))
    with TemporaryDirectory() as folder:
        rows, _ = _read(Path(folder), [line], schema)
    assert {column: rows[0][name] for column, name in names(schema).items()} == {
        column: canonical(text) for column, text in asked.items()
    }


BODIES = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(["1", ",", '"', "\n", "{", "}", "[", "]", ":", "label", "age", "\\", " "])).map("".join),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["instances", "predictions", "label", "score", "age"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    ).map(json.dumps),
)
TYPES = st.sampled_from(["text/csv", JSON, LINES, "image/png", ""])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(BODIES, TYPES, BODIES, TYPES, st.sampled_from(["CSV", "JSON", "BASE64", ""])), max_size=6))
def test_whatever_was_captured_each_record_is_rows_or_counted(
    bodies: list[tuple[str, str, str, str, str]],
) -> None:
    lines: list[Line] = [
        capture(
            {"data": asked, "observedContentType": asked_type, "encoding": encoding},
            {"data": said, "observedContentType": said_type, "encoding": encoding},
            str(i),
        )
        for i, (asked, asked_type, said, said_type, encoding) in enumerate(bodies)
    ]
    with TemporaryDirectory() as folder:
        rows, faulty = _read(Path(folder), [*lines, "{", '{"eventMetadata": 7}'])
    assert {row["id"] for row in [*rows, *faulty]} == {None, *(str(i) for i in range(len(bodies)))}
    for row in rows:
        said = bodies[int(row["id"])][2]
        assert row["label"] in said.replace(" ", "") or row["label"] in json.dumps(said)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_bytes_break_the_reading(lines: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        good = capture(side("30,black"), _answer((1, 0.9)), "good")
        path = captured(Path(folder), [good])
        with Path(path).open("ab") as file:
            file.write(b"\n".join(lines) + b"\n")
        with opened(SCHEMA, [path]) as lake:
            rows, _ = _both(lake)
    assert [row["id"] for row in rows] == ["good"]
