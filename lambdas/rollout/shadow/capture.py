"""SageMaker's capture records: one JSON line per request and variant.

Source: SageMaker developer guide, "Capture data from real-time endpoint". Endpoint and variant stand in the
object's key only: ``{prefix}/{endpoint}/{variant}/yyyy/mm/dd/hh/file.jsonl``.
"""

import base64
import json
import re
from calendar import timegm
from collections.abc import Iterable
from typing import Any, NamedTuple

from lambdas.rollout.shadow.answers import Output, UnreadableError
from lambdas.rollout.shadow.bodies import Row, format_of, read_output, read_rows

_KEY = re.compile(r"(?:.*/)?([^/]+)/([^/]+)/\d{4}/\d\d/\d\d/\d\d/[^/]+\.jsonl")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z")
_LARGEST = 65_536
"""Characters of an answer's texts and numbers that are kept while it waits for the other one."""


class Place(NamedTuple):
    """Whose captures a file holds."""

    endpoint: str
    variant: str


class Record(NamedTuple):
    """One variant's answer to one request.

    ``id`` is the inference id, or else the event id; ``at`` the time of the inference in seconds since the epoch.
    ``rows`` are the request's own, and only ever held in memory.
    """

    endpoint: str
    variant: str
    id: str
    at: float
    output: Output
    rows: tuple[Row, ...] = ()


class Captured(NamedTuple):
    """What a capture file holds, and how many of its lines are no records."""

    records: tuple[Record, ...]
    damaged: int


class DamagedLineError(ValueError):
    """A line that is no capture record."""


def place_of(key: str) -> Place | None:
    """Read endpoint and variant from an object's key; None where it is no capture file."""
    match = _KEY.fullmatch(key)
    return Place(match[1], match[2]) if match else None


def read_file(lines: Iterable[str], place: Place) -> Captured:
    """Read a capture file; a damaged line is counted, and the others are read."""
    records, damaged = [], 0
    for line in filter(str.strip, lines):
        try:
            records.append(read_line(line, place))
        except DamagedLineError:
            damaged += 1
    return Captured(tuple(records), damaged)


def read_line(line: str, place: Place) -> Record:
    """Read one line; raises `DamagedLineError`. An answer that cannot be read is a record all the same."""
    try:
        raw = json.loads(line)
        metadata = raw["eventMetadata"]
        identity = metadata.get("inferenceId") or metadata["eventId"]
        at = _moment(metadata["inferenceTime"])
        sides = raw["captureData"]
        output = _output(sides["endpointOutput"])
        rows = _rows(sides.get("endpointInput"), output)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedLineError(f"no capture record: {type(error).__name__}") from error
    if not isinstance(identity, str):
        raise DamagedLineError("no capture record: its id is no text")
    return Record(place.endpoint, place.variant, identity, at, output, rows)


def _output(side: Any) -> Output:
    try:
        form = format_of(side["observedContentType"], side["encoding"])
        if form is None:
            raise UnreadableError("its content type is neither CSV nor JSON")
        output = read_output(_body(side), form)
    except UnreadableError as error:
        return Output(unreadable=str(error))
    except (UnicodeDecodeError, RecursionError):
        return Output(unreadable="it is no text")
    if len(str(output)) > _LARGEST:
        return Output(unreadable=f"it is longer than {_LARGEST} characters")
    return output


def _rows(side: Any, output: Output) -> tuple[Row, ...]:
    """Read the request's rows; without any, nothing is told apart, and everything still counted."""
    try:
        form = format_of(side["observedContentType"], side["encoding"])
        return read_rows(_body(side), form, len(output.answers)) if form else ()
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()


def _body(side: Any) -> str:
    data: str = side["data"]
    return base64.b64decode(data, validate=True).decode() if side["encoding"] == "BASE64" else data


def _moment(text: str) -> float:
    """Read ``2026-11-21T09:40:12Z``; raises ValueError."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError("no moment")
    return float(timegm(tuple(int(part) for part in match.groups())))
