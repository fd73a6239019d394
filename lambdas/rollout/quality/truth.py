"""Ground truth in Model Monitor's merge format: one JSON line per request.

Source: SageMaker developer guide, "Ingest ground truth labels and merge them with predictions": ``groundTruthData``
with ``data`` and ``encoding``, ``eventMetadata`` with ``eventId``, the inference id where the request had one. A
request of several rows has a label per line (or a JSON list), in the rows' order. Where a row earns something, that
follows its label: ``yes,12.50``, or a list of both.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from lambdas.rollout.quality.predicted import number, possible, word
from lambdas.rollout.quality.schema import Schema

_LONGEST_ID = 64
_SHOWN = 5
_LABEL_AND_EARNED = 2


class Truth(NamedTuple):
    """What turned out to be true of a request's rows; ``labels`` are written by `word`."""

    id: str
    labels: tuple[str, ...]


class RowTruth(NamedTuple):
    """What turned out to be true of one row: its label, and what it ``earned``, where that is told."""

    label: str
    earned: float | None = None


class Truths(NamedTuple):
    """What a file holds, how many of its lines are no truths, and why the first of them are none (lines from 1)."""

    truths: tuple[Truth, ...]
    damaged: int
    examples: tuple[str, ...] = ()


class DamagedTruthError(ValueError):
    """A line that is no ground truth; the sentence quotes no data."""


def read_truths(lines: Iterable[bytes]) -> Truths:
    """Read a file; a damaged line is counted, and the others are read."""
    truths, damaged = [], []
    for place, line in enumerate(lines, 1):
        try:
            if line.strip():
                truths.append(read_truth(line))
        except DamagedTruthError as error:
            damaged.append(f"line {place}: {error}")
    return Truths(tuple(truths), len(damaged), tuple(damaged[:_SHOWN]))


def read_truth(line: bytes | str) -> Truth:
    """Read one line; raises `DamagedTruthError`."""
    try:
        raw = json.loads(line)
        identity, said = raw["eventMetadata"]["eventId"], raw["groundTruthData"]
        labels = _labels(said["data"], said["encoding"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedTruthError(f"no ground truth: {type(error).__name__}") from error
    if not (isinstance(identity, str) and identity.isascii() and 0 < len(identity) <= _LONGEST_ID):
        raise DamagedTruthError(f"no ground truth: its eventId is no ASCII text of at most {_LONGEST_ID} characters")
    if not labels or None in labels:
        raise DamagedTruthError("no ground truth: a label is missing")
    return Truth(identity, tuple(label for label in labels if label is not None))


def told(text: str, schema: Schema) -> RowTruth | None:
    """Read what a `Truth` says of one row; None for a label that no answer can have, or where nothing is earned."""
    label, earned = text, None
    if schema.kpi.revenue:
        before, _, after = text.rpartition(",")
        label, earned = word(before.strip().strip('"')) or "", number(after.strip().strip('"'))
        if not label or earned is None or earned < 0:
            return None
    return RowTruth(label, earned) if possible(label, schema.predicted) else None


def row(value: Any) -> str | None:
    """Write a row's truth in one way: its label, or a list of it and of what it earned; None for what is neither."""
    if not isinstance(value, list):
        return word(value)
    words = [found for found in map(word, value) if found is not None]
    return ",".join(words) if len(words) == len(value) == _LABEL_AND_EARNED else None


def written(truth: Truth) -> bytes:
    """Write a file of one truth, as `read_truths` reads it."""
    line = {
        "groundTruthData": {"data": json.dumps(truth.labels), "encoding": "JSON"},
        "eventMetadata": {"eventId": truth.id},
        "eventVersion": "0",
    }
    return f"{json.dumps(line)}\n".encode()


def _labels(data: str, encoding: str) -> list[str | None]:
    if encoding == "JSON":
        value: Any = json.loads(data)
        return [row(each) for each in value] if isinstance(value, list) else [row(value)]
    if encoding != "CSV":
        raise ValueError("neither CSV nor JSON")
    return [word(each.strip().strip('"')) for each in data.splitlines() if each.strip()]
