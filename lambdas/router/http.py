"""Function URL events (payload format 2.0) and their answers.

``POST /endpoints/{endpoint}/invocations``, as SageMaker Runtime has it: the body is the model's. The user is in
``X-Serinus-Key`` (ASCII: headers carry nothing else safely), attributes for feature flags (a JSON object) in
``X-Serinus-Attributes``, the inference id, if the caller has one, in ``X-Serinus-Inference-Id``. The answer tells
variant and inference id in headers.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from lambdas.client import Answer, Request

_PATH = re.compile(r"/endpoints/([A-Za-z0-9](?:-*[A-Za-z0-9]){0,62})/invocations/?")

_MODELS_WORDS = ("OriginalStatusCode", "OriginalMessage", "LogStreamArn")


class RefusedError(Exception):
    """A request that asks for nothing we have; ``status`` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def parse(event: Mapping[str, Any]) -> Request:
    """Read an event; raises `RefusedError`."""
    found = _PATH.fullmatch(event.get("rawPath", ""))
    if not found or event["requestContext"]["http"]["method"] != "POST":
        raise RefusedError(404, "ask for POST /endpoints/{endpoint}/invocations")
    headers, body = event.get("headers", {}), event.get("body") or ""
    return Request(
        endpoint=found[1],
        body=_decoded(body) if event.get("isBase64Encoded") else body.encode(),
        key=headers.get("x-serinus-key", ""),
        attributes=_attributes(headers.get("x-serinus-attributes", "{}")),
        content_type=headers.get("content-type", "application/json"),
        accept=headers.get("accept", "").replace("*/*", ""),
        inference_id=headers.get("x-serinus-inference-id", ""),
    )


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body)
    except ValueError as error:
        raise RefusedError(400, f"the body is not base64: {error}") from error


def _attributes(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, f"X-Serinus-Attributes is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise RefusedError(400, "X-Serinus-Attributes must be a JSON object")
    return found


def response(answer: Answer) -> dict[str, Any]:
    """Write an answer; bodies are bytes."""
    headers = {
        "Content-Type": answer.content_type,
        "X-Serinus-Variant": answer.variant,
        "X-Serinus-Inference-Id": answer.inference_id,
    }
    body = base64.b64encode(answer.body).decode()
    return {"statusCode": 200, "headers": headers, "isBase64Encoded": True, "body": body}


def reason(error: Exception) -> str:
    """Say for the log why a request failed, without a word of it.

    SageMaker's messages quote the request's values, and a model's own words may quote its body.
    """
    match error:
        case ClientError():
            given: Mapping[str, Any] = error.response
            models = given.get("OriginalStatusCode")
            return f"{given['Error']['Code']}{f', the model answered {models}' if models else ''}"
        case ParamValidationError():
            return "a parameter that boto3 does not take"
        case _:
            return str(error)


def refusal(error: Exception) -> dict[str, Any]:
    """Write an error as SageMaker Runtime answers it: with its own status, a model's error with the model's words."""
    status, told = 502, dict[str, Any](Message=str(error))
    match error:
        case RefusedError():
            status = error.status
        case ClientError():
            given: Mapping[str, Any] = error.response
            status = given["ResponseMetadata"]["HTTPStatusCode"]
            told |= {name: given[name] for name in _MODELS_WORDS if name in given}
        case ParamValidationError():
            status = 400
        case BotoCoreError():
            status = 504
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "isBase64Encoded": False, "body": json.dumps(told)}
