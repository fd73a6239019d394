from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.sagemaker.hosting import eventually, name

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting


def statistic(hosting: Hosting, metric: str, statistic: str, **dimensions: str) -> float | None:
    now = datetime.now(UTC)
    points = hosting.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600 * 24,
        Statistics=[statistic],
    )["Datapoints"]
    return points[0][statistic] if points else None


@pytest.fixture(scope="module")
def troubled(hosting: Hosting) -> tuple[str, str]:
    """Return an endpoint that got 3 good requests, 2 that broke the model and 1 that the model refused."""
    config = hosting.config()
    endpoint = hosting.endpoint(config)
    for status in (200, 200, 200, 500, 503, 400):
        try:
            hosting.invoke(endpoint, status=status)
        except ClientError:
            assert status != 200
    return endpoint, config


@pytest.mark.parametrize(
    ("metric", "total"),
    [
        ("Invocations", 6),
        ("InvocationsPerInstance", 6),
        ("Invocation4XXErrors", 1),
        ("Invocation5XXErrors", 2),
        ("InvocationModelErrors", 3),
    ],
)
def test_invocations_are_counted_per_variant_and_configuration(
    hosting: Hosting, troubled: tuple[str, str], metric: str, total: float
) -> None:
    endpoint, config = troubled
    dimensions = {"EndpointName": endpoint, "VariantName": "stable"}
    assert statistic(hosting, metric, "Sum", **dimensions) == total
    assert statistic(hosting, metric, "Sum", **dimensions, EndpointConfigName=config) == total
    assert statistic(hosting, metric, "SampleCount", **dimensions) == 6  # a 0 where nothing was wrong


def test_latency_is_in_microseconds(hosting: Hosting) -> None:
    endpoint = hosting.endpoint()
    hosting.invoke(endpoint, seconds=0.3)
    dimensions = {"EndpointName": endpoint, "VariantName": "stable"}
    latency = statistic(hosting, "ModelLatency", "Maximum", **dimensions)
    overhead = statistic(hosting, "OverheadLatency", "Maximum", **dimensions)
    assert latency is not None
    assert 300_000 <= latency < 2_000_000
    assert overhead is not None
    assert 0 < overhead < 2_000_000


def captured(hosting: Hosting, bucket: str, prefix: str) -> list[Any]:
    s3 = hosting.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())]
    texts = [s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def capture_to(hosting: Hosting) -> tuple[str, dict[str, Any]]:
    bucket = name("captures")
    where = {"LocationConstraint": "eu-west-1"}
    hosting.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    return bucket, {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{bucket}/captured/",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
    }


def test_captured_exchanges_go_to_s3_by_hour(hosting: Hosting) -> None:
    bucket, capture = capture_to(hosting)
    endpoint = hosting.endpoint(hosting.config(DataCaptureConfig=capture))
    assert hosting.describe(endpoint)["DataCaptureConfig"]["CaptureStatus"] == "Started"
    runtime = hosting.client("sagemaker-runtime")
    runtime.invoke_endpoint(
        EndpointName=endpoint, Body=b'{"seconds": 0}', ContentType="application/json", InferenceId="request-7"
    )
    hour = datetime.now(UTC).strftime("%Y/%m/%d/%H")
    (record,) = eventually(lambda: captured(hosting, bucket, f"captured/{endpoint}/stable/{hour}/"))
    data = record["captureData"]
    assert data["endpointInput"] == {
        "observedContentType": "application/json",
        "mode": "INPUT",
        "data": '{"seconds": 0}',
        "encoding": "JSON",
    }
    assert json.loads(data["endpointOutput"]["data"])["says"] == "stable"
    assert record["eventMetadata"]["inferenceId"] == "request-7"
    assert record["eventVersion"] == "0"


def test_what_was_captured_is_written_before_the_endpoint_is_gone(hosting: Hosting) -> None:
    bucket, capture = capture_to(hosting)
    endpoint = hosting.endpoint(hosting.config(DataCaptureConfig=capture))

    def asks(identity: str, seconds: float) -> str | None:
        body = json.dumps({"seconds": seconds})
        try:
            hosting.client("sagemaker-runtime").invoke_endpoint(
                EndpointName=endpoint, Body=body, ContentType="application/json", InferenceId=identity
            )
        except ClientError:
            return None  # it came too late
        return identity

    answered = {asks(f"request-{number}", 0) for number in range(3)}
    with ThreadPoolExecutor(20) as pool:
        slow = [pool.submit(asks, f"slow-{number}", 0.02 * number) for number in range(20)]
        hosting.api.delete_endpoint(EndpointName=endpoint)
        answered |= {each.result() for each in slow}
    eventually(lambda: endpoint not in {each["EndpointName"] for each in hosting.api.list_endpoints()["Endpoints"]})
    records = captured(hosting, bucket, f"captured/{endpoint}/stable/")
    assert ids(records, "inferenceId") == answered - {None} >= {"request-0", "request-1", "request-2"}


def shadowed(hosting: Hosting, **habit: Any) -> tuple[str, str]:
    """Return a bucket of captures and an endpoint with production variant `stable` and shadow variant `canary`."""
    bucket, capture = capture_to(hosting)
    model = hosting.model("canary", environment={"HABIT": json.dumps(habit)})
    canary = hosting.variant("canary", model)
    config = hosting.config(hosting.variant("stable"), ShadowProductionVariants=[canary], DataCaptureConfig=capture)
    return bucket, hosting.endpoint(config)


def ask(hosting: Hosting, endpoint: str, inference_id: str) -> str:
    answer = hosting.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, Body=b"{}", ContentType="application/json", InferenceId=inference_id
    )
    assert answer["InvokedProductionVariant"] == "stable"
    said: str = json.load(answer["Body"])["says"]
    return said


def ids(records: list[Any], kind: str) -> set[str]:
    return {record["eventMetadata"][kind] for record in records}


def test_a_shadow_gets_copies_and_never_answers(hosting: Hosting) -> None:
    bucket, endpoint = shadowed(hosting)
    shadow = hosting.describe(endpoint)["ShadowProductionVariants"][0]
    assert (shadow["VariantName"], shadow["CurrentWeight"]) == ("canary", 1)
    wanted = {f"request-{number}" for number in range(5)}
    assert {ask(hosting, endpoint, each) for each in wanted} == {"stable"}
    copies = eventually(lambda: (found := captured(hosting, bucket, f"captured/{endpoint}/canary/"))[4:] and found)
    assert [json.loads(copy["captureData"]["endpointOutput"]["data"])["says"] for copy in copies] == ["canary"] * 5
    originals = captured(hosting, bucket, f"captured/{endpoint}/stable/")
    assert ids(originals, "inferenceId") == ids(copies, "inferenceId") == wanted
    assert not ids(originals, "eventId") & ids(copies, "eventId")
    for variant in ("stable", "canary"):
        dimensions = {"EndpointName": endpoint, "VariantName": variant}
        assert statistic(hosting, "Invocations", "Sum", **dimensions) == 5
        assert statistic(hosting, "ModelLatency", "SampleCount", **dimensions) == 5


def test_a_shadow_that_fails_is_counted_and_hurts_nobody(hosting: Hosting) -> None:
    bucket, endpoint = shadowed(hosting, status=500)
    assert {ask(hosting, endpoint, f"request-{number}") for number in range(5)} == {"stable"}
    canary = {"EndpointName": endpoint, "VariantName": "canary"}
    eventually(lambda: statistic(hosting, "Invocation5XXErrors", "Sum", **canary) == 5)
    assert statistic(hosting, "Invocation5XXErrors", "Sum", **canary | {"VariantName": "stable"}) == 0
    eventually(lambda: len(captured(hosting, bucket, f"captured/{endpoint}/stable/")) == 5)
    assert captured(hosting, bucket, f"captured/{endpoint}/canary/") == []


def test_a_shadow_that_hangs_keeps_nobody_waiting(hosting: Hosting) -> None:
    _, endpoint = shadowed(hosting, seconds=60)
    assert {ask(hosting, endpoint, f"request-{number}") for number in range(24)} == {"stable"}
    canary = {"EndpointName": endpoint, "VariantName": "canary"}
    assert (statistic(hosting, "Invocations", "Sum", **canary) or 0) < 24  # every answer came, and copies still wait
