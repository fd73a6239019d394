"""Capture records as SageMaker writes them."""

from __future__ import annotations

import base64
import json
from typing import Any

from lambdas.rollout.shadow.capture import Place

STABLE_PLACE, CANARY_PLACE = Place("mortgage", "stable"), Place("mortgage", "canary")


def side(body: str | bytes, kind: str = "application/json", encoding: str = "JSON") -> dict[str, Any]:
    text = body.decode() if isinstance(body, bytes) and encoding != "BASE64" else body
    if encoding == "BASE64":
        text = base64.b64encode(body if isinstance(body, bytes) else body.encode()).decode()
    return {"observedContentType": kind, "mode": "OUTPUT", "data": text, "encoding": encoding}


def line(
    output: dict[str, Any],
    request: dict[str, Any] | None = None,
    *,
    inference_id: str | None = "a",
    event_id: str = "e",
    at: str = "2026-11-21T09:40:12Z",
) -> bytes:
    data = {"endpointOutput": output} | ({"endpointInput": request} if request else {})
    metadata = {"eventId": event_id, "inferenceTime": at} | ({"inferenceId": inference_id} if inference_id else {})
    return json.dumps({"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}).encode()


def key(variant: str, file: str = "40-12-001-x", endpoint: str = "mortgage") -> str:
    return f"captured/{endpoint}/{variant}/2026/11/21/09/{file}.jsonl"
