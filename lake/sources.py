"""Where captures and truths are read from: local files by DuckDB, partitioned tables by Athena.

Both yield the same columns, so that everything after is one text for both engines:
``captures``: endpoint, variant, event_id, inference_id, moment, asked_type, asked_encoding, asked_data, answer_type,
answer_encoding, answer_data (texts). ``truths``: id, data, encoding (texts), hour (a timestamp in UTC), source (the
file), line (its place among the others). A line that is no JSON object is a row of NULLs: counted, and nothing else.
"""

from collections.abc import Sequence

from lake.hours import Interval
from lake.rows import Step
from lake.text import literal

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
"""Bytes of a line: a request and its answer of 6 MiB each, in base64, take 16; DuckDB buffers two such per thread."""


_CAPTURES = (
    "endpoint, variant, event_id, inference_id, moment, asked_type, asked_encoding, asked_data,"
    " answer_type, answer_encoding, answer_data"
)


def local(captures: Sequence[str], truths: Sequence[str]) -> list[Step]:
    """Read these local files, with DuckDB; none make no rows."""
    place = "split_part(filename, '/', -7) AS endpoint, split_part(filename, '/', -6) AS variant"
    year, month, day, hour = (f"split_part(filename, '/', {i})" for i in (-5, -4, -3, -2))
    moment = f"TRY_CAST({year} || '-' || {month} || '-' || {day} || ' ' || {hour} || ':00:00' AS TIMESTAMP) AS hour"
    told = f"SELECT {_TOLD}, {moment}, filename AS source, row_number() OVER () AS line {_from(truths, _TRUTH)}"
    return [
        ("captures", f"SELECT {place}, {_CAPTURED} {_from(captures, _CAPTURE)}" if captures else _nothing(_CAPTURES)),
        (
            "truths",
            told
            if truths
            else f"SELECT *, CAST(NULL AS TIMESTAMP) AS hour, 0 AS line FROM ({_nothing(_NOTHING_TOLD)})",
        ),
    ]


_NOTHING_TOLD = "id, data, encoding, source"


def _nothing(columns: str) -> str:
    return f"SELECT {', '.join(f'CAST(NULL AS VARCHAR) AS {name}' for name in columns.split(', '))} WHERE FALSE"


def _from(paths: Sequence[str], columns: str) -> str:
    listed = ", ".join(literal(path) for path in paths)
    return (
        f"FROM read_json([{listed}], columns = {columns}, format = 'newline_delimited', ignore_errors = true,"
        f" maximum_object_size = {_LONGEST}, filename = true)"
    )


def partitioned(endpoint: str, interval: Interval, window: int) -> list[Step]:
    """Read the tables ``captures`` and ``truths`` (`lake.tables`), these hours alone; written for DuckDB's parser."""
    bound = f"endpoint = {literal(endpoint)} AND {_between(interval)}"
    parts = [f"substr(hour, {first}, {length})" for first, length in ((1, 4), (6, 2), (9, 2), (12, 2))]
    parsed = (
        f"CAST({parts[0]} || '-' || {parts[1]} || '-' || {parts[2]} || ' ' || {parts[3]} || ':00:00' AS TIMESTAMP)"
    )
    told = f'SELECT {_TOLD}, {parsed} AS hour, "$path" AS source, 0 AS line FROM serinus_truths'
    return [
        ("captures", f"SELECT endpoint, variant, {_CAPTURED} FROM serinus_captures WHERE {bound}"),
        ("truths", f"{told} WHERE {_between(interval.truths(window))}"),
    ]


def _between(interval: Interval) -> str:
    hours = interval.hours
    return f"hour BETWEEN '{hours[0]:%Y/%m/%d/%H}' AND '{hours[-1]:%Y/%m/%d/%H}'"
