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
from lambdas.rollout.shadow.bodies import Body, format_of, read_output

_KEY = re.compile(r"(?:.*/)?([^/]+)/([^/]+)/\d{4}/\d\d/\d\d/\d\d/[^/]+\.jsonl")
_TRUTHS = re.compile(r"(?:.*/)?([^/]+)/\d{4}/\d\d/\d\d/\d\d/[^/]+\.jsonl")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z")
_LONGEST_ID = 64
"""Characters of an inference id, which is ASCII (SageMaker API reference, InvokeEndpoint); event ids are shorter."""
_SHOWN = 5
"""Damaged lines of a file that are told."""
_LARGEST = 32_768
"""Characters of an answer's texts and numbers that are kept while it waits for the other one."""


class Place(NamedTuple):
    """Whose captures a file holds."""

    endpoint: str
    variant: str


class Record(NamedTuple):
    """One variant's answer to one request.

    ``id`` is the inference id, or else the event id; ``at`` the time of the inference in seconds since the epoch.
    ``request`` and ``answer`` are the bodies, held in memory only; None where one was not captured or cannot be read.
    """

    endpoint: str
    variant: str
    id: str
    at: float
    output: Output
    request: Body | None = None
    answer: Body | None = None


class Captured(NamedTuple):
    """What a capture file holds, how many of its lines are no records, and the first of them (from 1), with why."""

    records: tuple[Record, ...]
    damaged: int
    examples: tuple[str, ...] = ()


class DamagedLineError(ValueError):
    """A line that is no capture record."""


def place_of(key: str) -> Place | None:
    """Read endpoint and variant from an object's key; None where it is no capture file."""
    match = _KEY.fullmatch(key)
    return Place(match[1], match[2]) if match else None


def endpoint_of(key: str) -> str | None:
    """Read the endpoint from the key of a file of ground truth, ``…/{endpoint}/yyyy/mm/dd/hh/file.jsonl``."""
    match = _TRUTHS.fullmatch(key)
    return match[1] if match else None


def read_file(lines: Iterable[bytes], place: Place) -> Captured:
    """Read a capture file; a damaged line is counted, and the others are read."""
    records, damaged = [], []
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                records.append(read_line(line, place))
        except DamagedLineError as error:
            damaged.append(f"line {number}: {error}")
    return Captured(tuple(records), len(damaged), tuple(damaged[:_SHOWN]))


def read_line(line: bytes | str, place: Place) -> Record:
    """Read one line; raises `DamagedLineError`. An answer that cannot be read is a record all the same."""
    try:
        raw = json.loads(line)
        metadata = raw["eventMetadata"]
        identity = metadata.get("inferenceId") or metadata["eventId"]
        at = _moment(metadata["inferenceTime"])
        sides = raw["captureData"]
        output = _output(sides["endpointOutput"])
        request, answer = (_readable(sides.get(side)) for side in ("endpointInput", "endpointOutput"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedLineError(f"no capture record: {type(error).__name__}") from error
    if not (isinstance(identity, str) and identity.isascii() and len(identity) <= _LONGEST_ID):
        raise DamagedLineError(f"no capture record: its id is no ASCII text of at most {_LONGEST_ID} characters")
    return Record(place.endpoint, place.variant, identity, at, output, request, answer)


def _output(side: Any) -> Output:
    try:
        output = read_output(_body(side))
    except UnreadableError as error:
        return Output(unreadable=str(error))
    if len(str(output)) > _LARGEST:
        return Output(unreadable=f"it is longer than {_LARGEST} characters")
    return output


def _readable(side: Any) -> Body | None:
    try:
        return _body(side) if side else None
    except UnreadableError:
        return None


def _body(side: Any) -> Body:
    """Decode a captured body; raises `UnreadableError`."""
    form = format_of(side["observedContentType"], side["encoding"])
    if form is None:
        raise UnreadableError("its content type is neither CSV nor JSON")
    data: str = side["data"]
    if side["encoding"] != "BASE64":
        return Body(data, form)
    try:
        return Body(base64.b64decode(data, validate=True).decode(), form)
    except UnicodeDecodeError as error:
        raise UnreadableError("it is no text") from error


def _moment(text: str) -> float:
    """Read ``2026-11-21T09:40:12Z``; raises ValueError."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError("no moment")
    return float(timegm(tuple(int(part) for part in match.groups())))
