"""Readers of captures: the lake, simdjson that only parses, and the standard library's json, which does all."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import simdjson

from benchmarks.quality.captures import SCHEMA
from lake.engine import Resources, opened

Read = Callable[[Sequence[str], Sequence[str]], int]


def lake(captures: Sequence[str], truths: Sequence[str]) -> int:
    """Read, decode, type, join and keep every row, on one thread; returns how many have their truth."""
    with opened(SCHEMA, captures, truths, resources=Resources(threads=1)) as made:
        return int(made.ask("SELECT count(*) AS held FROM labelled")[0]["held"])


def simdjson_lines(captures: Sequence[str], _: Sequence[str]) -> int:
    """Parse the captures' lines and take the four texts out; decode nothing, join nothing."""
    parser = simdjson.Parser()
    read = 0
    for line in _lines(captures):
        record = parser.parse(line)
        sides = record["captureData"]
        taken = (
            sides["endpointInput"]["data"],
            sides["endpointOutput"]["data"],
            record["eventMetadata"]["inferenceId"],
        )
        read += len(taken) == 3
        del record, sides
    return read


def simdjson_bodies(captures: Sequence[str], _: Sequence[str]) -> int:
    """Parse lines and bodies, decoded from base64; type nothing, join nothing."""
    parser, inner = (simdjson.Parser() for _ in range(2))
    read = 0
    for line in _lines(captures):
        record = parser.parse(line)
        sides = record["captureData"]
        asked, said = sides["endpointInput"]["data"], sides["endpointOutput"]["data"]
        del record, sides
        for body, keys in ((asked, SCHEMA.columns), (said, ("label", "score"))):
            parsed = inner.parse(base64.b64decode(body))
            read += len([parsed[key] for key in keys]) > 0
            del parsed
    return read // 2


def standard(captures: Sequence[str], truths: Sequence[str]) -> int:
    """Do what the lake does with the standard library: parse, decode, type, join by id into rows."""
    told: dict[str, str] = {}
    for line in _lines(truths):
        record = json.loads(line)
        told.setdefault(record["eventMetadata"]["eventId"], record["groundTruthData"]["data"])
    rows = [_row(line, told) for line in _lines(captures)]
    return sum(row[-1] is not None for row in rows)


def _lines(paths: Sequence[str]) -> Iterator[bytes]:
    for path in paths:
        with Path(path).open("rb") as file:
            yield from file


def _row(line: bytes, told: dict[str, str]) -> tuple[object, ...]:
    record = json.loads(line)
    sides, metadata = record["captureData"], record["eventMetadata"]
    asked = json.loads(base64.b64decode(sides["endpointInput"]["data"]))
    said = json.loads(base64.b64decode(sides["endpointOutput"]["data"]))
    identity = metadata["inferenceId"]
    numbers = (float(asked["age"]), float(asked["income"]), float(asked["ltv"]), str(asked["race"]))
    return identity, metadata["inferenceTime"], *numbers, str(said["label"]), float(said["score"]), told.get(identity)
