"""Ports of counting quality in memory, and files to count."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from lambdas.control.count_quality import Quality
from lambdas.rollout.quality.bins import Baseline
from lambdas.rollout.quality.ports import Known, Noted, Outcome, Watched
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from lambdas.rollout.quality.truth import Truths, read_truths
from lambdas.rollout.shadow.capture import Captured, Place, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdas.rollout.quality.counts import Counts, Values
    from lambdas.rollout.quality.inputs import Binned, Cell
    from lambdas.rollout.quality.predicted import Inference
    from lambdas.rollout.quality.truth import Truth

ENDPOINT, BEGAN = "mortgage", 1_795_000_000.0
SCHEMA = Schema(
    columns={"income": Kind.NUMBER, "purpose": Kind.CATEGORY, "race": Kind.CATEGORY},
    predicted=Predicted(label="deny", score="risk", positive="yes", favourable="no"),
    groups={"race": ("white", "black")},
)


def capture_key(variant: str = "canary", name: str = "a") -> str:
    return f"captured/{ENDPOINT}/{variant}/2026/11/18/11/{name}.jsonl"


def truth_key(name: str = "a") -> str:
    return f"truths/{ENDPOINT}/2026/11/18/11/{name}.jsonl"


def capture_line(id_: str, request: Any, answer: Any, time: str = "2026-11-18T11:40:12Z") -> bytes:
    """One captured request and its answer, as JSON."""
    sides = {
        side: {"observedContentType": "application/json", "mode": mode, "data": json.dumps(data), "encoding": "JSON"}
        for side, mode, data in (("endpointInput", "INPUT", request), ("endpointOutput", "OUTPUT", answer))
    }
    metadata = {"eventId": f"event-{id_}", "inferenceId": id_, "inferenceTime": time}
    return json.dumps({"captureData": sides, "eventMetadata": metadata, "eventVersion": "0"}).encode()


def truth_line(id_: str, *labels: str) -> bytes:
    """A request's truth, in Model Monitor's merge format."""
    return json.dumps(
        {
            "groundTruthData": {"data": "\n".join(labels), "encoding": "CSV"},
            "eventMetadata": {"eventId": id_},
            "eventVersion": "0",
        }
    ).encode()


class MemoryPredictions:
    """The table in memory."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Known] = {}

    def predicted(self, endpoint: str, found: Sequence[tuple[str, Inference]]) -> list[Noted]:
        return [self._predicted((endpoint, id_), inference) for id_, inference in found]

    def revealed(self, endpoint: str, truths: Sequence[Truth]) -> list[Noted]:
        return [self._revealed((endpoint, truth.id), truth) for truth in truths]

    def _predicted(self, key: tuple[str, str], inference: Inference) -> Noted:
        before = self.known.get(key, Known())
        if any(each.variant == inference.variant for each in before.inferences):
            return Noted(new=False, known=before)
        found = sorted((*before.inferences, inference), key=lambda each: each.variant)
        self.known[key] = before._replace(inferences=tuple(found))
        return Noted(new=True, known=self.known[key])

    def _revealed(self, key: tuple[str, str], truth: Truth) -> Noted:
        before = self.known.get(key, Known())
        if before.truth is not None:
            return Noted(new=False, known=before)
        self.known[key] = before._replace(truth=truth)
        return Noted(new=True, known=self.known[key])


class Files:
    """Files of captures and of truths, by key."""

    def __init__(self) -> None:
        self.lines: dict[str, list[bytes]] = {}

    def read(self, bucket: str, key: str, place: Place) -> Captured:
        del bucket
        return read_file(self.lines[key], place)

    def truths(self, bucket: str, key: str) -> Truths:
        del bucket
        return read_truths(self.lines[key])


class MemoryQuality:
    """Counters in memory: by variant and group, and by name."""

    def __init__(self) -> None:
        self.counted: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.values: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.asked: dict[Cell, Counter[int]] = defaultdict(Counter)
        self.times: set[float] = set()
        self.found: Counter[Outcome] = Counter()

    def publish(self, endpoint: str, counts: Counts) -> None:
        assert endpoint == ENDPOINT
        for slot, counters in counts.items():
            self.times.add(slot.at)
            for name, value in counters.items():
                self.counted[slot.variant, slot.group][name] += value

    def spread(self, endpoint: str, values: Values) -> None:
        assert endpoint == ENDPOINT
        for slot, named in values.items():
            for name, found in named.items():
                self.values[slot.variant, name].extend(found)

    def inputs(self, endpoint: str, found: Binned) -> None:
        assert endpoint == ENDPOINT
        for cell, counted in found.items():
            self.asked[cell].update(counted)

    def outcomes(self, endpoint: str, found: dict[Outcome, int]) -> None:
        assert endpoint == ENDPOINT
        self.found.update(found)

    def of(self, variant: str, group: str = "") -> Mapping[str, float]:
        return {name: count for name, count in self.counted[variant, group].items() if count}


class Scene:
    """All ports in memory."""

    def __init__(self, schema: Schema | None = SCHEMA) -> None:
        self.files, self.predictions, self.published = Files(), MemoryPredictions(), MemoryQuality()
        self.time = BEGAN + 3_600
        self.schema, self.baseline = schema, Baseline()
        self.since = BEGAN
        self.arms: tuple[str, ...] = ("stable", "canary", "lean")
        self.quality = Quality(
            watch=self,
            captures=self.files,
            truths=self.files,
            predictions=self.predictions,
            published=self.published,
            now=lambda: self.time,
            grain=60.0,
        )

    def watched(self, endpoint: str) -> Watched | None:
        known = self.schema if endpoint == ENDPOINT else None
        return Watched(endpoint, known, dict.fromkeys(self.arms, self.since), self.baseline) if known else None

    def put(self, key: str, lines: Iterable[bytes]) -> str:
        self.files.lines[key] = list(lines)
        return key
