"""Captured traffic on disk, written as SageMaker writes it."""

import base64
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

HOUR = "2026/11/21/09"
Line = dict[str, Any] | str


def side(data: str, content_type: str = "text/csv", *, encoded: bool = False) -> dict[str, str]:
    if encoded:
        return {
            "observedContentType": content_type,
            "mode": "INPUT",
            "data": base64.b64encode(data.encode()).decode(),
            "encoding": "BASE64",
        }
    encoding = "CSV" if content_type == "text/csv" else "JSON"
    return {"observedContentType": content_type, "mode": "INPUT", "data": data, "encoding": encoding}


def capture(
    asked: dict[str, str] | None, answer: dict[str, str] | None, identity: str = "a", at: str = "2026-11-21T09:40:12Z"
) -> dict[str, Any]:
    sides = {"endpointInput": asked, "endpointOutput": answer}
    return {
        "captureData": {name: value for name, value in sides.items() if value is not None},
        "eventMetadata": {"eventId": f"event-{identity}", "inferenceId": identity, "inferenceTime": at},
        "eventVersion": "0",
    }


def truth(identity: str, data: str, encoding: str = "CSV") -> dict[str, Any]:
    return {
        "groundTruthData": {"data": data, "encoding": encoding},
        "eventMetadata": {"eventId": identity},
        "eventVersion": "0",
    }


def captured(
    folder: Path, lines: Iterable[Line], variant: str = "stable", hour: str = HOUR, endpoint: str = "credit"
) -> str:
    return _written(folder / "captures" / endpoint / variant / hour / "a.jsonl", lines)


def told(folder: Path, lines: Iterable[Line], hour: str = HOUR, name: str = "a.jsonl") -> str:
    return _written(folder / "truths" / hour / name, lines)


def _written(path: Path, lines: Iterable[Line]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    texts: Sequence[str] = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return str(path)
