from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError

from lambdas.client import Answer, Request
from lambdas.router.http import RefusedError, parse, refusal, response


def _event(path: str = "/endpoints/mortgage/invocations", method: str = "POST", **more: Any) -> dict[str, Any]:
    return {"rawPath": path, "requestContext": {"http": {"method": method}}, "headers": {}} | more


def test_an_event_is_a_request() -> None:
    headers = {
        "x-serinus-key": "alice",
        "x-serinus-attributes": '{"tier": "gold"}',
        "x-serinus-inference-id": "i-1",
        "content-type": "text/csv",
        "accept": "text/csv",
    }
    assert parse(_event(headers=headers, body="1,2")) == Request(
        "mortgage", b"1,2", "alice", {"tier": "gold"}, "text/csv", "text/csv", "i-1"
    )


def test_a_bare_event_is_nobodys_request_in_json_and_bodies_may_be_bytes() -> None:
    assert parse(_event(headers={"accept": "*/*"})) == Request("mortgage", b"")
    event = _event(body=base64.b64encode(b"\x00\xff").decode(), isBase64Encoded=True)
    assert parse(event).body == b"\x00\xff"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (_event("/"), 404),
        (_event("/endpoints/a_b/invocations"), 404),
        (_event(method="GET"), 404),
        (_event(headers={"x-serinus-attributes": "{"}), 400),
        (_event(headers={"x-serinus-attributes": "[]"}), 400),
    ],
)
def test_what_asks_for_nothing_is_refused(event: dict[str, Any], status: int) -> None:
    with pytest.raises(RefusedError) as caught:
        parse(event)
    assert refusal(caught.value)["statusCode"] == status


def test_an_answer_tells_variant_and_inference_id() -> None:
    told = response(Answer(b"\xff", "application/x", "canary", "i-1"))
    assert base64.b64decode(told["body"]) == b"\xff"
    assert told["headers"] == {
        "Content-Type": "application/x",
        "X-Serinus-Variant": "canary",
        "X-Serinus-Inference-Id": "i-1",
    }


def test_a_models_error_keeps_its_status_and_words() -> None:
    error: Any = {
        "Error": {"Code": "ModelError", "Message": "it broke"},
        "ResponseMetadata": {"HTTPStatusCode": 424},
        "OriginalStatusCode": 500,
    }
    told = refusal(ClientError(error, "InvokeEndpoint"))
    assert (told["statusCode"], json.loads(told["body"])["OriginalStatusCode"]) == (424, 500)


@pytest.mark.parametrize(
    ("error", "status"),
    [(ParamValidationError(report="InferenceId"), 400), (ReadTimeoutError(endpoint_url="sagemaker"), 504)],
)
def test_other_errors_have_a_status(error: Exception, status: int) -> None:
    assert refusal(error)["statusCode"] == status
