"""A retry of a call whose answer was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

if TYPE_CHECKING:
    from tests.conftest import Sandbox

MODEL = {"ExecutionRoleArn": "arn:aws:iam::123456789012:role/models", "PrimaryContainer": {"Image": "tiny"}}


def _client(sandbox: Sandbox) -> Any:
    session: Any = boto3.Session("test", "test", region_name="eu-west-1")
    return session.client("sagemaker", endpoint_url=sandbox.url, config=Config(retries={"total_max_attempts": 3}))


def test_a_retry_gets_the_answer_that_was_lost(sandbox: Sandbox) -> None:
    client, name = _client(sandbox), sandbox.name("model")
    sent: list[str] = []

    def lose(request: Any, **_: Any) -> None:
        sent.append(request.headers["amz-sdk-invocation-id"])
        if len(sent) == 1:
            headers = {
                key: value.decode() if isinstance(value, bytes) else value for key, value in request.headers.items()
            }
            answer = requests.request(request.method, request.url, headers=headers, data=request.body, timeout=10)
            assert answer.ok
            raise ConnectionClosedError(endpoint_url=request.url)

    client.meta.events.register("before-send.sagemaker.CreateModel", lose)
    assert client.create_model(ModelName=name, **MODEL)["ModelArn"].endswith(name)
    assert len(sent) == 2
    assert len(set(sent)) == 1


def test_a_second_call_is_no_retry(sandbox: Sandbox) -> None:
    client, name = _client(sandbox), sandbox.name("model")
    client.create_model(ModelName=name, **MODEL)
    with pytest.raises(ClientError, match="already existing"):
        client.create_model(ModelName=name, **MODEL)
