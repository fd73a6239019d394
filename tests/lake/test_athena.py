"""The SQL for Athena parses as Athena's, reads its partitions alone, and means what DuckDB's means.

There is no Athena here. So the text for it is read by sqlglot as Athena's, written for DuckDB again, and must answer
as DuckDB's own text does: what sqlglot or `lake.athena` loses on the way shows. `tests/stacks/test_athena.py` asks
the sandbox's.
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

from lake import fairness, quality, segments
from lake.athena import asked, kept, read
from lake.delays import delays
from lake.engine import Record, opened
from lake.hours import Interval
from lake.slices import cut, per_slice
from lake.sources import Tables
from lake.text import OWN, literal
from lambdas.rollout.quality.schema import Kind, Kpi, Predicted, Schema
from tests.lake.world import Line, capture, captured, side, told, truth
from tests.rounded import rounded

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
SELLING = replace(SCHEMA, kpi=Kpi(conversion="1.0", revenue=True))
OF_SALES = {
    "labelled of sales": "SELECT * FROM labelled ORDER BY id, number",
    "quality of sales": quality.quality(SELLING),
}
OF_CLASSES = {
    "labelled of classes": "SELECT * FROM labelled ORDER BY id, number",
    "minutes of classes": quality.per_minute(SEVERAL),
    "quality of classes": quality.quality(SEVERAL),
    "fairness of classes": fairness.by_group(SEVERAL),
    "slices of classes": per_slice(SEVERAL, cut(INTERVAL)),
    "segments of classes": segments.counts(CUTS, SEVERAL.predicted),
}
TABLES = Tables("credit", "captures_credit", "truths_credit", ("stable",))
JSONL = "$path LIKE '%.jsonl'"
MOST = 262_144
"""Bytes of a query (Athena user guide, "Service Quotas")."""
QUESTIONS = (
    OF_CLASSES
    | OF_SALES
    | {
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
)


def _schema(question: str) -> Schema:
    return SEVERAL if question in OF_CLASSES else SELLING if question in OF_SALES else SCHEMA


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


def _sales() -> list[Line]:
    return [
        truth("instances", '"1", 12.5\n0,3'),
        truth("list", '["0,0", [1.0, 2.5]]', "JSON"),
        truth("csv", "1,1e3\n1,-1\n"),
        truth("header", "1\n0,"),
        truth("single", "1,2"),
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
            f"CREATE TABLE {name}_credit AS SELECT *, filename AS \"$path\", 'stable' AS variant,"
            f" '2026/11/21' AS day, '09' AS hour FROM read_json({literal(path)}, columns = {{{columns[name]},"
            f" eventMetadata: '{metadata}'}}, format = 'newline_delimited', ignore_errors = true, filename = true)"
        )


def _run(connection: duckdb.DuckDBPyConnection, text: str) -> list[Record]:
    found = connection.execute(sqlglot.transpile(text, read="athena", write="duckdb")[0])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[Record], list[Record]]]:
    """Each question's answers: DuckDB's, and those of Athena's text."""
    folder = tmp_path_factory.mktemp("athena")
    captures, found = captured(folder, _lines()), {}
    labels, sales = told(folder, _truths()), told(folder / "sales", _sales())
    for schema, truths in ((SCHEMA, labels), (SEVERAL, labels), (SELLING, sales)):
        with opened(schema, [captures], [truths], INTERVAL) as lake, duckdb.connect() as connection:
            _as_tables(connection, captures, truths)
            made = sqlglot.parse_one(kept(schema, TABLES, INTERVAL, "kept"), read="athena")
            made.args.pop("properties")  # DuckDB has no formats of tables
            connection.execute(made.sql("duckdb"))
            for question, select in QUESTIONS.items():
                if _schema(question) == schema:
                    found[question] = (lake.ask(select), _run(connection, asked(schema, "kept", select)))
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_athenas_text_answers_as_duckdbs(
    answers: dict[str, tuple[list[Record], list[Record]]], question: str
) -> None:
    expected, answered = answers[question]
    assert rounded(answered) == rounded(expected)
    assert expected


@pytest.mark.parametrize("dialect", ["athena", "trino"])
@pytest.mark.parametrize("question", [*QUESTIONS, ""])
def test_athenas_text_parses_and_calls_no_function_of_duckdbs(question: str, dialect: str) -> None:
    text = kept(SCHEMA, TABLES, INTERVAL, "kept")
    if question:
        text = asked(_schema(question), "kept", QUESTIONS[question])
    parsed = sqlglot.parse_one(text, read=dialect)
    called = {call.name.upper() for call in parsed.find_all(exp.Anonymous)}
    assert called <= {"JSON_ARRAY_LENGTH"}
    assert len(text.encode()) < MOST / 4


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_reads_the_table_that_was_made_and_no_other(question: str) -> None:
    parsed = sqlglot.parse_one(asked(_schema(question), "kept", QUESTIONS[question]), read="athena")
    steps = {each.alias for each in parsed.find_all(exp.CTE)}
    assert {table.name for table in parsed.find_all(exp.Table)} - steps == {"kept"}


def _read(tables: Tables, interval: Interval) -> dict[str, list[str]]:
    """Tell, by table, under which conditions it is read."""
    found: dict[str, list[str]] = {}
    for select in sqlglot.parse_one(read(SCHEMA, tables, interval), read="athena").find_all(exp.Select):
        table = select.args["from_"].this if select.args.get("from_") else None
        if isinstance(table, exp.Table) and table.name.endswith("_credit"):
            found.setdefault(table.name, []).append(select.args["where"].this.sql("athena").replace('"', ""))
    return {name: sorted(each) for name, each in found.items()}


def test_each_table_is_read_once_and_within_its_hours() -> None:
    variants = Tables("cre'dit", "captures_credit", "truths_credit", ("stable", "cana'ry"))
    days = ", ".join(
        f"'2026/{day}'" for day in [*(f"11/{i}" for i in range(22, 31)), *(f"12/0{i}" for i in range(1, 6))]
    )
    assert _read(variants, INTERVAL) == {
        "captures_credit": [
            f"variant IN ('stable', 'cana''ry') AND day IN ('2026/11/21') AND hour BETWEEN '09' AND '10' AND {JSONL}"
        ],
        "truths_credit": [
            f"day IN ('2026/11/21') AND hour BETWEEN '09' AND '23' AND {JSONL}",
            f"day IN ({days}) AND hour BETWEEN '00' AND '23' AND {JSONL}",
            f"day IN ('2026/12/06') AND hour BETWEEN '00' AND '10' AND {JSONL}",
        ],
    }


def test_days_with_the_same_hours_are_read_together() -> None:
    both = "'2026/11/21', '2026/11/22'"
    days = Interval(datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    assert _read(replace(TABLES, truths=None), days) == {
        "captures_credit": [f"variant IN ('stable') AND day IN ({both}) AND hour BETWEEN '00' AND '23' AND {JSONL}"]
    }


def test_a_request_may_hold_more_rows_than_trino_counts_at_once(tmp_path: Path) -> None:
    answers = side("".join(f"{i % 2},0.5\n" for i in range(20_001)))
    captures = captured(tmp_path, [capture(None, answers, "many")])
    truths = told(tmp_path, [truth("many", "1")])
    schema = Schema({}, Predicted("column 1", "column 2", "1"))
    with duckdb.connect() as connection:
        _as_tables(connection, captures, truths)
        numbers = [record["c5"] for record in _run(connection, read(schema, TABLES, INTERVAL))]
    assert sorted(numbers) == list(range(1, 20_002))
    counted = list(sqlglot.parse_one(read(schema, TABLES, INTERVAL), read="athena").find_all(exp.Unnest))
    assert "SEQUENCE(1" not in "".join(call.sql("athena") for call in counted)


def test_a_moment_has_a_blank_where_trino_wants_one() -> None:
    """``CAST('2026-11-21T09:40:12' AS TIMESTAMP)`` is refused there, and DuckDB, which answers here, takes it."""
    casts = sqlglot.parse_one(read(SCHEMA, TABLES, INTERVAL), read="athena").find_all(exp.TryCast)
    moments = [cast.this.sql("athena") for cast in casts if cast.to.is_type("timestamp", "timestampntz")]
    assert moments == ["""REPLACE(SUBSTR("moment", 1, 19), 'T', ' ')"""]


def test_a_table_that_is_made_has_columns_with_plain_names() -> None:
    made = sqlglot.parse_one(read(SCHEMA, TABLES, INTERVAL), read="athena")
    assert isinstance(made, exp.Select)
    assert [column.alias for column in made.expressions] == [f"c{i}" for i in range(1, len(OWN) + 5)]
