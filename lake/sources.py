"""Where captures and truths are read from: local files by DuckDB, partitioned tables by Athena.

Both yield the same columns, so that everything after is one text for both engines:
``captures``: endpoint, variant, event_id, inference_id, moment, asked_type, asked_encoding, asked_data, answer_type,
answer_encoding, answer_data (texts). ``truths``: id, data, encoding (texts), hour (a timestamp in UTC), place (what
orders them: by hour, file and line). A line that is no JSON object is a row of NULLs: counted, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from lake.hours import Interval
from lake.rows import Step
from lake.text import identifier, literal

_SIDE = "STRUCT(observedContentType VARCHAR, encoding VARCHAR, data VARCHAR)"
_CAPTURE = (
    f"{{captureData: 'STRUCT(endpointInput {_SIDE}, endpointOutput {_SIDE})',"
    f" eventMetadata: 'STRUCT(eventId VARCHAR, inferenceId VARCHAR, inferenceTime VARCHAR)'}}"
)
_TRUTH = "{groundTruthData: 'STRUCT(data VARCHAR, encoding VARCHAR)', eventMetadata: 'STRUCT(eventId VARCHAR)'}"
_CAPTURED = (
    "eventMetadata.eventId AS event_id, eventMetadata.inferenceId AS inference_id,"
    " eventMetadata.inferenceTime AS moment,"
    " captureData.endpointInput.observedContentType AS asked_type,"
    " captureData.endpointInput.encoding AS asked_encoding, captureData.endpointInput.data AS asked_data,"
    " captureData.endpointOutput.observedContentType AS answer_type,"
    " captureData.endpointOutput.encoding AS answer_encoding, captureData.endpointOutput.data AS answer_data"
)
_TOLD = "eventMetadata.eventId AS id, groundTruthData.data AS data, groundTruthData.encoding AS encoding"
_LONGEST = 32 * 1024 * 1024
"""Bytes of a line: a request and its answer of 6 MiB each, in base64, take 16. DuckDB buffers two such per thread,
so it is told less where no file has so many."""


_CAPTURES = (
    "endpoint, variant, event_id, inference_id, moment, asked_type, asked_encoding, asked_data,"
    " answer_type, answer_encoding, answer_data"
)


def local(captures: Sequence[str], truths: Sequence[str]) -> list[Step]:
    """Read these local files, with DuckDB; none make no rows."""
    place = "split_part(filename, '/', -7) AS endpoint, split_part(filename, '/', -6) AS variant"
    # One call where a row would otherwise pay ten; rows are numbered in the order in which their files are named.
    hour = "try_strptime(right(parse_dirpath(filename), 13), '%Y/%m/%d/%H') AS hour"
    told = f"SELECT {_TOLD}, {hour}, row_number() OVER () AS place {_from(sorted(truths, key=_by_hour), _TRUTH)}"
    return [
        ("captures", f"SELECT {place}, {_CAPTURED} {_from(captures, _CAPTURE)}" if captures else _nothing(_CAPTURES)),
        ("truths", told if truths else _NO_TRUTHS),
    ]


def _by_hour(path: str) -> tuple[list[str], str]:
    """Order files by the folders of their hour, then by name."""
    return path.split("/")[-5:-1], path


def _nothing(columns: str) -> str:
    return f"SELECT {', '.join(f'CAST(NULL AS VARCHAR) AS {name}' for name in columns.split(', '))} WHERE FALSE"


_NO_TRUTHS = (
    f"SELECT *, CAST(NULL AS TIMESTAMP) AS hour, 0 AS place FROM ({_nothing('id, data, encoding')}) AS nothing"
)


def _from(paths: Sequence[str], columns: str) -> str:
    listed = ", ".join(literal(path) for path in paths)
    longest = min(_LONGEST, max((Path(path).stat().st_size for path in paths), default=0) + 1)
    return (
        f"FROM read_json([{listed}], columns = {columns}, format = 'newline_delimited', ignore_errors = true,"
        f" maximum_object_size = {longest}, filename = true)"
    )


@dataclass(frozen=True, slots=True)
class Tables:
    """An endpoint's tables (`lake.tables`) by their names; no truths where it has none. ``variants`` are read."""

    endpoint: str
    captures: str
    truths: str | None
    variants: tuple[str, ...]


def partitioned(tables: Tables, interval: Interval, window: int) -> list[Step]:
    """Read the tables, these hours of these variants alone; written for DuckDB's parser, for Athena to run."""
    endpoint, variants = literal(tables.endpoint), ", ".join(literal(variant) for variant in tables.variants)
    captured = f"SELECT {endpoint} AS endpoint, variant, {_CAPTURED} FROM {identifier(tables.captures)}"
    return [
        ("captures", _bound(f"{captured} WHERE variant IN ({variants}) AND", interval)),
        ("truths", _NO_TRUTHS if tables.truths is None else _told(tables.truths, interval.truths(window))),
    ]


def _told(table: str, interval: Interval) -> str:
    moment = "CAST(replace(day, '/', '-') || ' ' || hour || ':00:00' AS TIMESTAMP) AS hour"
    place = 'ROW(day, hour, "$path", groundTruthData.data) AS place'
    return _bound(f"SELECT {_TOLD}, {moment}, {place} FROM {identifier(table)} WHERE", interval)


def _bound(select: str, interval: Interval) -> str:
    """Bound a query that ends in its WHERE to the interval's folders.

    Whole days, and the first and the last one by themselves: Athena takes single days from ``=`` and ``IN`` alone.
    Other files than the ones that DuckDB reads are left out.
    """
    days: dict[tuple[str, str], list[str]] = {}
    for day, hours in groupby(interval.hours, key=lambda hour: f"{hour:%Y/%m/%d}"):
        first, *others = (f"{hour:%H}" for hour in hours)
        days.setdefault((first, others[-1] if others else first), []).append(day)
    return " UNION ALL ".join(
        f"{select} day IN ({', '.join(literal(day) for day in each)}) AND hour BETWEEN {literal(first)} AND"
        f" {literal(last)} AND \"$path\" LIKE '%.jsonl'"
        for (first, last), each in days.items()
    )
