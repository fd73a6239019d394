"""The SQL for Athena parses as Athena's, reads its partitions alone, and means what DuckDB's means.

There is no Athena here. So the text for it is read by sqlglot as Athena's, written for DuckDB again, and must answer
as DuckDB's own text does: what sqlglot or `lake.athena` loses on the way shows.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from lake import fairness, quality, segments, tables
from lake.athena import athena
from lake.delays import delays
from lake.engine import Record, opened
from lake.hours import Interval
from lake.slices import cut, per_slice
from lake.text import literal
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import Line, capture, captured, side, told, truth

if TYPE_CHECKING:
    from pathlib import Path

JSON = "application/json"
SCHEMA = Schema(
    {"age": Kind.NUMBER, "ra'c\"e": Kind.CATEGORY, "/a~b": Kind.CATEGORY, "0": Kind.NUMBER},
    Predicted("label", "score", "1", favourable="0"),
    groups={"ra'c\"e": ("black", "wh'ite"), "0": ("3", "4")},
)
SINCE, UNTIL = datetime(2026, 11, 21, 9, 10, tzinfo=UTC), datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
INTERVAL = Interval(SINCE, UNTIL)
CUTS = segments.cuts(
    SCHEMA,
    [{"place": 1, "entry": "x"}, {"place": 1, "entry": "'1"}],
    {"e0": [29.5, 30, 30.5, 31], "e1": [3, 3, 4, 4]},
)
SEVERAL = replace(SCHEMA, predicted=Predicted("label", classes=("0", "1", "2"), favourable="0"))
OF_CLASSES = {
    "labelled of classes": "SELECT * FROM labelled ORDER BY id, number",
    "minutes of classes": quality.per_minute(SEVERAL),
    "quality of classes": quality.quality(SEVERAL),
    "fairness of classes": fairness.by_group(SEVERAL),
    "slices of classes": per_slice(SEVERAL, cut(INTERVAL)),
    "segments of classes": segments.counts(CUTS, SEVERAL.predicted),
}
QUESTIONS = OF_CLASSES | {
    "rows": "SELECT * FROM rows ORDER BY id, number",
    "labelled": "SELECT * FROM labelled ORDER BY id, number",
    "faulty": quality.faults(),
    "minutes": quality.per_minute(SCHEMA),
    "quality": quality.quality(SCHEMA),
    "calibration": quality.calibration(SCHEMA.predicted),
    "coverage": quality.coverage(),
    "fairness": fairness.by_group(SCHEMA),
    "slices": per_slice(SCHEMA, cut(INTERVAL)),
    "delays": delays(),
    "common values": segments.values(SCHEMA),
    "quartiles": segments.edges(SCHEMA),
    "segments": segments.counts(CUTS, SCHEMA.predicted),
}


def _schema(question: str) -> Schema:
    return SEVERAL if question in OF_CLASSES else SCHEMA


def _lines() -> list[Line]:
    row = {"age": 30, "ra'c\"e": "black", "/a~b": "x", "0": 3}
    other = {"age": 31, "ra'c\"e": "wh'ite", "/a~b": "1.0", "0": 4}
    answers = side(json.dumps({"predictions": [{"label": 1, "score": 0.9}, {"label": "0", "score": 0.2}]}), JSON)
    one = side('{"label": 1.0, "score": 0.6}\n', "application/jsonlines", encoded=True)
    return [
        capture(side(json.dumps({"instances": [row, other]}), JSON), answers, "instances"),
        capture(side(json.dumps([row, list(other.values())]), JSON, encoded=True), answers, "list"),
        capture(side('30,black,x,3\n31,"wh\'ite","1",4\n'), answers, "csv"),
        capture(side('0,age,"ra\'c""e",/a~b\n3,30,black,x\n4,31,wh\'ite,y\n'), answers, "header"),
        capture(side(json.dumps(row), JSON), one, "single"),
        capture(side(json.dumps(row), JSON), one, "early", "2026-11-21T09:09:59Z"),
        capture(side("30,black"), answers, "batch"),
        capture(side("30,black"), one, "short"),
        capture(side("{", JSON), one, "damaged"),
        "no line",
    ]


def _truths() -> list[Line]:
    return [
        truth("instances", "1\n0"),
        truth("list", '["0", 0.0]', "JSON"),
        truth("csv", "1\n1\n"),
        truth("header", "1"),
        truth("single", "1"),
        truth("single", "1"),
    ]


def _as_tables(connection: duckdb.DuckDBPyConnection, captures: str, truths: str) -> None:
    """Make the tables that `lake.tables` describes of the files."""
    side_of = "STRUCT(observedContentType VARCHAR, encoding VARCHAR, data VARCHAR)"
    metadata = "STRUCT(eventId VARCHAR, inferenceId VARCHAR, inferenceTime VARCHAR)"
    columns = {
        "captures": f"captureData: 'STRUCT(endpointInput {side_of}, endpointOutput {side_of})'",
        "truths": "groundTruthData: 'STRUCT(data VARCHAR, encoding VARCHAR)'",
    }
    for name, path in (("captures", captures), ("truths", truths)):
        connection.execute(
            f"CREATE TABLE serinus_{name} AS SELECT *, filename AS \"$path\", 'credit' AS endpoint,"
            f" 'stable' AS variant,"
            f" '2026/11/21/09' AS hour FROM read_json({literal(path)}, columns = {{{columns[name]},"
            f" eventMetadata: '{metadata}'}}, format = 'newline_delimited', ignore_errors = true, filename = true)"
        )


def _rounded(records: list[Record]) -> list[Record]:
    """Sums of floats depend on the order of the rows."""
    return [
        {name: round(value, 12) if isinstance(value, float) else value for name, value in record.items()}
        for record in records
    ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_athenas_text_answers_as_duckdbs(tmp_path: Path, question: str) -> None:
    captures, truths = captured(tmp_path, _lines()), told(tmp_path, _truths())
    with opened(_schema(question), [captures], [truths], INTERVAL) as lake:
        expected = lake.ask(QUESTIONS[question])
    text = athena(_schema(question), "credit", INTERVAL, QUESTIONS[question])
    with duckdb.connect() as connection:
        _as_tables(connection, captures, truths)
        found = connection.execute(sqlglot.transpile(text, read="athena", write="duckdb")[0])
        names = [column[0] for column in found.description or ()]
        answered = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    assert _rounded(answered) == _rounded(expected)
    assert expected


@pytest.mark.parametrize("dialect", ["athena", "trino"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_athenas_text_parses_and_calls_no_function_of_duckdbs(question: str, dialect: str) -> None:
    parsed = sqlglot.parse_one(athena(_schema(question), "credit", INTERVAL, QUESTIONS[question]), read=dialect)
    called = {call.name.upper() for call in parsed.find_all(exp.Anonymous)}
    assert called <= {"JSON_ARRAY_LENGTH"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_table_is_read_within_its_hours(question: str) -> None:
    parsed = sqlglot.parse_one(athena(_schema(question), "cre'dit", INTERVAL, QUESTIONS[question]), read="athena")
    read = {
        table.name: select.args["where"].sql("athena")
        for select in parsed.find_all(exp.Select)
        for table in [select.args["from_"].this]
        if isinstance(table, exp.Table) and table.name.startswith("serinus_")
    }
    truths = "\"hour\" BETWEEN '2026/11/21/09' AND '2026/12/06/10'"
    captures = "\"endpoint\" = 'cre''dit' AND \"hour\" BETWEEN '2026/11/21/09' AND '2026/11/21/10'"
    assert read == {"serinus_captures": f"WHERE {captures}", "serinus_truths": f"WHERE {truths}"}


def test_the_tables_project_their_partitions() -> None:
    made = [
        tables.captures("s3://bucket/captures/", ("stable", "canary")),
        tables.truths("s3://bucket/truths"),
    ]
    assert "'s3://bucket/captures/${endpoint}/${variant}/${hour}/'" in made[0]
    assert "'s3://bucket/truths/${hour}/'" in made[1]
    for text in made:
        assert "PARTITIONED BY" in text
        assert isinstance(sqlglot.parse_one(text, read="athena"), exp.Create)
