"""Bodies of requests and answers: CSV, JSON and JSON lines."""

import csv
import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from lambdas.rollout.shadow.answers import Output, UnreadableError, answer, enveloped, output_of, output_of_lines

Row = Mapping[str, Any]
"""A row of a request's input by column name; columns of a CSV without a header are ``column 1``, ``column 2``…"""
_ROW_KEYS = ("instances", "inputs", "rows")
_DECODER = json.JSONDecoder()


class Format(Enum):
    """How a body is written."""

    CSV = "CSV"
    JSON = "JSON"
    LINES = "JSON lines"


class Body(NamedTuple):
    """A body as text."""

    text: str
    form: Format


def format_of(content_type: str, encoding: str = "") -> Format | None:
    """Tell a body's format by its content type, or else by the encoding that the capture gave it."""
    media = content_type.partition(";")[0].strip().lower()
    if media in ("application/jsonlines", "application/x-jsonlines", "application/jsonl", "application/x-ndjson"):
        return Format.LINES
    if media == "application/json" or media.endswith("+json"):
        return Format.JSON
    if media == "text/csv":
        return Format.CSV
    return {"CSV": Format.CSV, "JSON": Format.JSON}.get(encoding)


def read_output(body: Body) -> Output:
    """Read a model's answers; raises `UnreadableError`."""
    if body.form is Format.CSV:
        cells = [[_cell(cell) for cell in line] for line in _lines(body.text)]
        found = Output(tuple(answer(line[0] if len(line) == 1 else line) for line in cells), "CSV")
    else:
        values = documents(body.text)
        single = body.form is Format.JSON and len(values) == 1
        found = output_of(values[0]) if single else output_of_lines(values)
    if not found.answers:
        raise UnreadableError("it holds no answer")
    return found


def read_answers(body: Body) -> tuple[Row, ...]:
    """Read each row's answer by name; values without names are ``column 1``… Raises `UnreadableError`."""
    if body.form is Format.CSV:
        return tuple(dict(zip(_numbered(line), line, strict=True)) for line in _lines(body.text))
    values = documents(body.text)
    listed = enveloped(values[0]) if len(values) == 1 else None
    if listed is None:
        listed = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return tuple(_row_of(value) for value in listed)


def _row_of(value: Any) -> Row:
    if isinstance(value, dict):
        return value
    cells = value if isinstance(value, list) else [value]
    return dict(zip(_numbered(cells), cells, strict=True))


def read_rows(body: Body, answers: int) -> tuple[Row, ...]:
    """Read the rows of a request that got so many answers; empty where they cannot be told apart.

    A CSV with one line more than there are answers begins with its header.
    """
    try:
        rows = _rows(body, answers)
    except UnreadableError:
        return ()
    fitting = len(rows) == answers and all(isinstance(row, dict | list) for row in rows)
    return tuple(map(_row_of, rows)) if fitting else ()


def _rows(body: Body, answers: int) -> list[Any]:
    if body.form is Format.CSV:
        lines = _lines(body.text)
        named = lines.pop(0) if len(lines) == answers + 1 else None
        return [dict(zip(named or _numbered(line), line, strict=False)) for line in lines]
    values = documents(body.text)
    return _json_rows(values[0]) if body.form is Format.JSON and len(values) == 1 else values


def documents(text: str) -> list[Any]:
    """Split JSON documents that follow each other, with or without line breaks; raises `UnreadableError`."""
    found, position = [], 0
    stripped = text.strip()
    try:
        while position < len(stripped):
            value, end = _DECODER.raw_decode(stripped, position)
            found.append(value)
            position = end + len(stripped[end:]) - len(stripped[end:].lstrip())
    except (ValueError, RecursionError) as error:
        raise UnreadableError("it is no JSON") from error
    if not found:
        raise UnreadableError("it is empty")
    return found


def _json_rows(value: Any) -> list[Any]:
    if isinstance(value, dict):
        listed = next((value[key] for key in _ROW_KEYS if isinstance(value.get(key), list)), None)
        return [value] if listed is None else listed
    return value if isinstance(value, list) else []


def _lines(text: str) -> list[list[str]]:
    try:
        return [line for line in csv.reader(text.splitlines(), strict=True) if line]
    except csv.Error as error:
        raise UnreadableError("it is no CSV") from error


def _cell(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _numbered(line: Sequence[Any]) -> list[str]:
    return [f"column {position}" for position, _ in enumerate(line, 1)]
