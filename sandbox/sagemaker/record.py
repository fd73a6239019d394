"""Data capture's records: what one request and its answer look like in S3. Pure."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Capture = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to a variant, with its answer; `at` in epoch seconds."""

    endpoint: str
    variant: str
    event_id: str
    inference_id: str | None
    request: bytes
    request_type: str
    response: bytes
    response_type: str
    at: float


def line(capture: Capture, exchange: Exchange) -> str:
    """Return one line of a capture file."""
    modes = {option["CaptureMode"] for option in capture["CaptureOptions"]}
    data: dict[str, Any] = {}
    if modes & {"Input", "InputAndOutput"}:
        data["endpointInput"] = _side(capture, exchange.request, exchange.request_type, "INPUT")
    if modes & {"Output", "InputAndOutput"}:
        data["endpointOutput"] = _side(capture, exchange.response, exchange.response_type, "OUTPUT")
    metadata = {"eventId": exchange.event_id, "inferenceTime": _moment(exchange.at)}
    if exchange.inference_id:
        metadata["inferenceId"] = exchange.inference_id
    return json.dumps({"captureData": data, "eventMetadata": metadata, "eventVersion": "0"})


def folder(capture: Capture, endpoint: str, variant: str, at: float) -> tuple[str, str]:
    """Return bucket and key prefix of the files of that hour."""
    bucket, _, prefix = capture["DestinationS3Uri"].removeprefix("s3://").partition("/")
    hour = datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d/%H")
    return bucket, "/".join(part for part in (prefix.strip("/"), endpoint, variant, hour) if part)


def file_name(at: float, unique: str) -> str:
    """Return a capture file's name within its hour."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%M-%S}-{moment.microsecond // 1000:03d}-{unique}.jsonl"


def _side(capture: Capture, body: bytes, content_type: str, mode: str) -> dict[str, str]:
    encoding = _encoding(capture, content_type)
    data = base64.b64encode(body).decode() if encoding == "BASE64" else body.decode(errors="replace")
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}


def _encoding(capture: Capture, content_type: str) -> str:
    """Return CSV or JSON for the content types that the configuration lists, else BASE64."""
    listed = capture.get("CaptureContentTypeHeader") or {}
    plain = content_type.partition(";")[0].strip()
    if plain in (listed.get("CsvContentTypes") or ()):
        return "CSV"
    if plain in (listed.get("JsonContentTypes") or ()):
        return "JSON"
    return "BASE64"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
