"""Function URL events (payload format 2.0) and their answers: ``POST /{endpoint}`` with one report."""

import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from lambdas.rollout.reward_report import RefusedRewardError


class Posted(NamedTuple):
    """A report and the endpoint that its path names."""

    endpoint: str
    report: bytes


def read(event: Mapping[str, Any]) -> Posted:
    """Read an event; raises `RefusedRewardError`."""
    endpoint = event.get("rawPath", "").strip("/")
    if not endpoint or "/" in endpoint or event["requestContext"]["http"]["method"] != "POST":
        raise RefusedRewardError("send POST /{endpoint}")
    body = event.get("body") or ""
    return Posted(endpoint, base64.b64decode(body) if event.get("isBase64Encoded") else body.encode())


def taken(outcome: str) -> dict[str, Any]:
    """Say what became of a report; all of it is an answer, and none asks for a new attempt."""
    return _answer(202, {"outcome": outcome})


def refused(error: RefusedRewardError) -> dict[str, Any]:
    """Say what is wrong with a report."""
    return _answer(400, {"message": str(error)})


def unavailable() -> dict[str, Any]:
    """Ask for a new attempt, which counts nothing twice."""
    return _answer(503, {"message": "the report could not be noted; send it again"})


def _answer(status: int, body: Mapping[str, str]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "isBase64Encoded": False, "body": json.dumps(body)}
