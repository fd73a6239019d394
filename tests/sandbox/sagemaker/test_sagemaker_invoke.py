from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.sagemaker.hosting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.sagemaker.hosting import Hosting


@pytest.fixture(scope="module")
def endpoint(hosting: Hosting) -> str:
    return hosting.endpoint(hosting.config(hosting.variant("stable"), hosting.variant("canary", weight=0)))


def error(call: Callable[..., object], *arguments: Any, **more: Any) -> Any:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **more)
    return caught.value.response


def test_an_answer_names_the_variant_and_keeps_its_content_type(hosting: Hosting, endpoint: str) -> None:
    answer = hosting.invoke(endpoint, target="canary")
    assert answer["InvokedProductionVariant"] == "canary"
    assert answer["ContentType"] == "application/json"


def test_bodies_are_bytes_and_custom_attributes_go_both_ways(hosting: Hosting, endpoint: str) -> None:
    body = bytes(range(256))
    answer = hosting.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, Body=body, ContentType="application/octet-stream", CustomAttributes="trace=a"
    )
    assert answer["Body"].read() == body[::-1]
    assert answer["CustomAttributes"] == "TRACE=A"


@pytest.mark.parametrize(("status", "side"), [(500, "server"), (503, "server"), (400, "client")])
def test_a_models_error_is_told_with_its_own_status_and_message(
    hosting: Hosting, endpoint: str, status: int, side: str
) -> None:
    told = error(hosting.invoke, endpoint, status=status)
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert told["Error"]["Code"] == "ModelError"
    assert told["Error"]["Message"].startswith(
        f'Received {side} error ({status}) from primary with message "it broke". See https://eu-west-1.console'
    )
    assert (told["OriginalStatusCode"], told["OriginalMessage"]) == (status, "it broke")


def test_a_model_that_takes_too_long_is_an_error_without_a_status(hosting: Hosting, endpoint: str) -> None:
    told = error(hosting.invoke, endpoint, seconds=5)
    assert told["OriginalStatusCode"] == 0
    assert "Your invocation timed out" in told["OriginalMessage"]


def test_a_container_that_dies_is_restarted(hosting: Hosting) -> None:
    endpoint = hosting.endpoint()
    before = hosting.answer(endpoint)["pid"]
    assert error(hosting.invoke, endpoint, do="die")["Error"]["Code"] == "ModelError"

    def answers() -> Any:
        try:
            return hosting.answer(endpoint)["pid"]
        except ClientError:
            return None

    assert eventually(answers) != before


def test_what_is_not_there_cannot_be_invoked(hosting: Hosting, endpoint: str) -> None:
    told = error(hosting.invoke, "nothing-here")["Error"]
    assert told == {"Code": "ValidationError", "Message": "Endpoint nothing-here of account 123456789012 not found."}
    told = error(hosting.invoke, endpoint, "nobody")["Error"]
    assert told == {"Code": "ValidationError", "Message": "Variant nobody not found for Request"}


def test_no_weight_at_all_means_no_answer_but_for_a_target(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable", weight=0)))
    assert error(hosting.invoke, endpoint)["Error"]["Code"] == "ValidationError"
    assert hosting.says(endpoint, target="stable") == "stable"


def test_limits_of_body_and_inference_id(hosting: Hosting, endpoint: str) -> None:
    runtime = hosting.client("sagemaker-runtime")
    arguments = {"EndpointName": endpoint, "ContentType": "application/octet-stream"}
    runtime.invoke_endpoint(Body=b"a" * 6_291_456, **arguments)
    told = error(runtime.invoke_endpoint, Body=b"a" * 6_291_457, **arguments)
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 413
    runtime.invoke_endpoint(Body=b"a", InferenceId="i" * 64, **arguments)
    told = error(runtime.invoke_endpoint, Body=b"a", InferenceId="i" * 65, **arguments)
    assert told["Error"]["Code"] == "ValidationException"


def test_model_data_is_extracted_for_the_container(hosting: Hosting) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        member = tarfile.TarInfo("model.txt")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"tree"))
    s3 = hosting.client("s3")
    s3.create_bucket(Bucket="models", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="models", Key="v1/model.tar.gz", Body=archive.getvalue())
    model = hosting.model(ModelDataUrl="s3://models/v1/model.tar.gz")
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable", model)))
    assert hosting.answer(endpoint)["model"] == "tree"
