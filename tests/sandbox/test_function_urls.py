from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.sandbox.functions import Function

if TYPE_CHECKING:
    from tests.conftest import Sandbox

HANDLER = """
import base64, json

def handler(event, context):
    headers = event["headers"]
    if headers.get("x-do") == "fail":
        raise ValueError("boom")
    if headers.get("x-do") == "plain":
        return {"bare": True}
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    answer = base64.b64encode(body[::-1]).decode()
    place = event["rawPath"] + "?" + event["rawQueryString"] + " " + event["requestContext"]["http"]["method"]
    return {"statusCode": 201, "isBase64Encoded": True, "body": answer,
            "headers": {"content-type": headers["content-type"], "x-place": place}}
"""


@pytest.fixture(scope="module")
def address(sandbox: Sandbox) -> str:
    return _address(Function(sandbox, HANDLER), "NONE")


def _address(function: Function, kind: str) -> str:
    made: str = function.client.create_function_url_config(FunctionName=function.name, AuthType=kind)["FunctionUrl"]
    return made


def test_a_request_is_an_event_and_its_answer_a_response(address: str) -> None:
    body, headers = b"\x00\xff\x01", {"Content-Type": "application/octet-stream"}
    answer = requests.post(address + "some/path?a=1", body, headers=headers, timeout=20)
    assert (answer.status_code, answer.content) == (201, body[::-1])
    assert answer.headers["X-Place"] == "/some/path?a=1 POST"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    text = requests.post(address, "é".encode(), headers={"Content-Type": "text/plain; charset=utf-8"}, timeout=20)
    assert text.content == "é".encode()[::-1]


def test_what_has_no_status_is_the_body_and_an_error_is_502(address: str) -> None:
    assert requests.get(address, headers={"X-Do": "plain"}, timeout=20).json() == {"bare": True}
    assert requests.get(address, headers={"X-Do": "fail"}, timeout=20).status_code == 502
    assert requests.get(address.replace("/lambda-url/", "/lambda-url/0"), timeout=20).status_code >= 400


def test_an_address_that_wants_iam_wants_a_signature(sandbox: Sandbox) -> None:
    address = _address(Function(sandbox, HANDLER), "AWS_IAM")
    assert requests.post(address, b"x", timeout=20).status_code == 403
    signed = AWSRequest("POST", address, data=b"abc", headers={"Content-Type": "text/plain"})
    SigV4Auth(Credentials("test", "test"), "lambda", "eu-west-1").add_auth(signed)
    answer = requests.post(address, b"abc", headers=dict(signed.headers), timeout=20)
    assert (answer.status_code, answer.content) == (201, b"cba")


def test_a_payload_has_a_limit(address: str) -> None:
    large = base64.b64encode(b"x" * 5_000_000)
    assert requests.post(address, large, headers={"Content-Type": "text/plain"}, timeout=20).status_code == 413
