"""Captured traffic to read: two variants, JSON bodies in base64, and a truth for each request."""

import base64
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from lambdas.rollout.quality.schema import Kind, Predicted, Schema

SCHEMA = Schema(
    {"age": Kind.NUMBER, "income": Kind.NUMBER, "ltv": Kind.NUMBER, "race": Kind.CATEGORY},
    Predicted("label", "score", "1", favourable="0"),
    groups={"race": ("a", "b", "c", "d")},
)
HOUR = "2026/11/21/09"
_LINES = 10_000


def written(folder: Path, requests: int) -> tuple[list[str], list[str]]:
    """Write so many requests' captures, twice, and their truths; returns the files of both."""
    captures = [
        path
        for seed, variant in enumerate(("stable", "canary"))
        for path in _files(folder / "credit" / variant / HOUR, _captures(requests, seed))
    ]
    return captures, _files(folder / "truths" / HOUR, _truths(requests))


def _files(folder: Path, lines: Iterator[str]) -> list[str]:
    """Write files of so many lines; returns their paths."""
    folder.mkdir(parents=True)
    paths: list[str] = []
    while some := list(islice(lines, _LINES)):
        path = folder / f"{len(paths):06}.jsonl"
        path.write_text("".join(some))
        paths.append(str(path))
    return paths


def _captures(requests: int, seed: int) -> Iterator[str]:
    draw = random.Random(seed)  # noqa: S311 - traffic, not secrets
    for i in range(requests):
        row = {
            "age": draw.randint(18, 90),
            "income": round(draw.lognormvariate(10, 1), 2),
            "ltv": round(draw.random(), 4),
            "race": draw.choice("abcd"),
        }
        score = round(draw.random(), 4)
        sides = {
            "endpointInput": _side(row, "INPUT"),
            "endpointOutput": _side({"label": int(score > 0.5), "score": score}, "OUTPUT"),
        }
        metadata = {
            "eventId": f"event-{i}",
            "inferenceId": f"id-{i:032}",
            "inferenceTime": f"2026-11-21T09:{i % 60:02}:12Z",
        }
        yield json.dumps({"captureData": sides, "eventMetadata": metadata, "eventVersion": "0"}) + "\n"


def _side(body: dict[str, object], mode: str) -> dict[str, str]:
    data = base64.b64encode(json.dumps(body).encode()).decode()
    return {"observedContentType": "application/json", "mode": mode, "data": data, "encoding": "BASE64"}


def _truths(requests: int) -> Iterator[str]:
    draw = random.Random(7)  # noqa: S311 - traffic, not secrets
    for i in range(requests):
        data = {"data": str(draw.randint(0, 1)), "encoding": "CSV"}
        yield json.dumps({"groundTruthData": data, "eventMetadata": {"eventId": f"id-{i:032}"}}) + "\n"
