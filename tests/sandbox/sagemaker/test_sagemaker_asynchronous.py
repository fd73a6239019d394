"""Asynchronous endpoints: requests that wait, answers in S3, topics, metrics, and updates with a full queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.sagemaker.asynchronous.queue import Queue, Waiting
from tests.sandbox.sagemaker.hosting import blue_green, eventually, name
from tests.sandbox.sagemaker.queueing import JSON, Queueing, queueing, topic
from tests.sandbox.sagemaker.test_sagemaker_invoke import error
from tests.sandbox.sagemaker.test_sagemaker_records import statistic

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting


@pytest.fixture(scope="module")
def queues(hosting: Hosting) -> Queueing:
    return queueing(hosting)


@pytest.fixture(scope="module")
def endpoint(hosting: Hosting, queues: Queueing) -> str:
    return hosting.endpoint(queues.config(variant=hosting.variant("stable", hosting.model("queued"))))


def test_a_request_is_taken_on_at_once_and_answered_in_s3(queues: Queueing, endpoint: str) -> None:
    sent = queues.send(endpoint, InferenceId="the first")
    assert sent["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert sent["InferenceId"] == "the first"
    assert sent["OutputLocation"].startswith(f"s3://{queues.bucket}/out/")
    assert sent["FailureLocation"].startswith(f"s3://{queues.bucket}/bad/")
    assert queues.answer(sent)["says"] == "queued"
    assert queues.read(sent["FailureLocation"]) is None
    assert queues.send(endpoint)["InferenceId"] != queues.send(endpoint)["InferenceId"]


def test_a_small_request_may_come_with_the_call(queues: Queueing, endpoint: str) -> None:
    sent = queues.runtime.invoke_endpoint_async(
        EndpointName=endpoint, Body=b"{}", ContentType=JSON, Filename="mine.json", S3OutputPathExtension="a/b"
    )
    assert sent["OutputLocation"] == f"s3://{queues.bucket}/out/a/b/mine.json"
    assert queues.answer(sent)["says"] == "queued"


def test_each_kind_of_endpoint_takes_its_own_calls_only(hosting: Hosting, queues: Queueing, endpoint: str) -> None:
    told = error(hosting.invoke, endpoint)["Error"]
    assert told["Code"] == "ValidationError"
    assert "asynchronous invocations only" in told["Message"]
    told = error(queues.send, hosting.endpoint())["Error"]
    assert told["Code"] == "ValidationError"
    assert "does not support asynchronous invocations" in told["Message"]
    assert error(queues.send, "nothing-here")["Error"]["Message"].endswith("not found.")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"InputLocation": "s3://b/k", "Body": b"{}"},
        {"Body": b"a" * 128_001},
        {"InputLocation": "s3://b/k", "RequestTTLSeconds": 21_601},
        {"InputLocation": "s3://b/k", "InvocationTimeoutSeconds": 3601},
        {"InputLocation": "s3://b/k", "InferenceId": "i" * 65},
        {"InputLocation": "b/k"},
    ],
    ids=lambda wrong: "+".join(wrong) or "nothing",
)
def test_calls_that_are_refused(queues: Queueing, endpoint: str, wrong: dict[str, Any]) -> None:
    told = error(queues.runtime.invoke_endpoint_async, EndpointName=endpoint, ContentType=JSON, **wrong)
    assert told["Error"]["Code"] in {"ValidationError", "ValidationException"}


def test_an_instance_works_on_so_many_requests_at_a_time(hosting: Hosting, queues: Queueing) -> None:
    one_by_one = hosting.endpoint(queues.config(concurrent=1))
    slow, quick = queues.send(one_by_one, {"seconds": 0.6}), queues.send(one_by_one)
    queues.arrived(quick["OutputLocation"])
    assert queues.read(slow["OutputLocation"])
    side_by_side = hosting.endpoint(queues.config(concurrent=2))
    slow, quick = queues.send(side_by_side, {"seconds": 3}), queues.send(side_by_side)
    queues.arrived(quick["OutputLocation"])
    assert queues.read(slow["OutputLocation"]) is None


def test_topics_are_greeted_and_told_of_answers_and_failures(hosting: Hosting, queues: Queueing) -> None:
    good, bad = topic(hosting), topic(hosting)
    endpoint = hosting.endpoint(queues.config(SuccessTopic=good.arn, ErrorTopic=bad.arn))
    for each in (good, bad):
        assert each.messages()[0]["eventName"] == "TestNotification"
    sent = queues.send(endpoint, InferenceId="fine")
    (told,) = eventually(good.messages)
    assert (told["invocationStatus"], told["inferenceId"]) == ("Completed", "fine")
    assert told["responseParameters"] == {"contentType": JSON, "outputLocation": sent["OutputLocation"]}
    sent = queues.send(endpoint, {"status": 500}, InferenceId="broken")
    (told,) = eventually(bad.messages)
    assert (told["invocationStatus"], told["inferenceId"]) == ("Failed", "broken")
    assert told["failureReason"].startswith("ClientError: Received server error (500) from model.")
    assert told["requestParameters"]["endpointName"] == endpoint
    assert queues.arrived(sent["FailureLocation"]) == b"it broke"
    assert queues.read(sent["OutputLocation"]) is None


def test_an_endpoint_whose_topic_is_not_there_has_failed(hosting: Hosting, queues: Queueing) -> None:
    config = queues.config(ErrorTopic="arn:aws:sns:eu-west-1:123456789012:nowhere")
    made = name("endpoint")
    hosting.api.create_endpoint(EndpointName=made, EndpointConfigName=config)
    shown = hosting.settled(made)
    assert shown["EndpointStatus"] == "Failed"
    assert "test notification" in shown["FailureReason"]


@pytest.fixture(scope="module")
def troubled(hosting: Hosting, queues: Queueing) -> tuple[str, str]:
    """Return an endpoint that answered twice, failed twice, did not answer once, and missed a request once."""
    config = queues.config()
    endpoint = hosting.endpoint(config)
    for asked in ({}, {}, {"status": 500}, {"status": 400}, {"do": "die"}):
        sent = queues.send(endpoint, asked)
        queues.arrived(sent["FailureLocation" if asked else "OutputLocation"])
    lost = queues.runtime.invoke_endpoint_async(EndpointName=endpoint, InputLocation=f"s3://{queues.bucket}/none")
    queues.arrived(lost["FailureLocation"])
    return endpoint, config


@pytest.mark.parametrize(
    ("metric", "kind", "value"),
    [
        ("InvocationsProcessed", "Sum", 2),
        ("InvocationFailures", "Sum", 4),
        ("RequestDownloadFailures", "Sum", 1),
        ("ResponseUploadFailures", "Sum", None),
        ("NotificationFailures", "Sum", None),
        ("ExpiredRequests", "Sum", None),
        ("Invocation5XXErrors", "Sum", 1),
        ("Invocation4XXErrors", "Sum", 1),
        ("Invocation5XXErrors", "SampleCount", 5),
        ("ModelLatency", "SampleCount", 5),
        ("TotalProcessingTime", "SampleCount", 2),
        ("TimeInBacklog", "SampleCount", 6),
        ("Invocations", "Sum", None),
        ("InvocationModelErrors", "Sum", None),
        ("OverheadLatency", "Sum", None),
    ],
)
def test_metrics_of_requests_are_the_guides_and_no_others(
    hosting: Hosting, troubled: tuple[str, str], metric: str, kind: str, value: float | None
) -> None:
    endpoint, config = troubled
    variant = {"EndpointName": endpoint, "VariantName": "stable"}
    assert statistic(hosting, metric, kind, **variant) == value
    common = metric in {"Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency"}
    assert statistic(hosting, metric, kind, **variant, EndpointConfigName=config) == (value if common else None)


def test_without_an_instance_requests_wait_and_the_queue_says_so(hosting: Hosting, queues: Queueing) -> None:
    endpoint = hosting.endpoint(queues.config())
    scale(hosting, endpoint, 0)
    sent = queues.send(endpoint)

    def gauge(metric: str, kind: str = "Maximum") -> float | None:
        return statistic(hosting, metric, kind, EndpointName=endpoint)

    eventually(lambda: gauge("HasBacklogWithoutCapacity") == 1)
    assert gauge("ApproximateBacklogSize") == 1
    assert eventually(lambda: gauge("ApproximateAgeOfOldestRequest")) > 0
    assert queues.read(sent["OutputLocation"]) is None
    scale(hosting, endpoint, 1)
    assert queues.answer(sent)
    eventually(lambda: gauge("ApproximateBacklogSizePerInstance") is not None)


def scale(hosting: Hosting, endpoint: str, count: int) -> None:
    wanted = [{"VariantName": "stable", "DesiredInstanceCount": count}]
    hosting.api.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=wanted)
    hosting.settled(endpoint)


ONE = {"Type": "INSTANCE_COUNT", "Value": 1}
CANARY = blue_green({"Type": "CANARY", "WaitIntervalInSeconds": 1, "CanarySize": ONE})
ROLLING = {"RollingUpdatePolicy": {"MaximumBatchSize": ONE, "WaitIntervalInSeconds": 1}}


@pytest.mark.parametrize("policy", [CANARY, ROLLING], ids=["canary", "rolling"])
def test_a_full_queue_is_worked_off_by_both_fleets_and_nothing_is_lost(
    hosting: Hosting, queues: Queueing, policy: dict[str, Any]
) -> None:
    old, new = (
        queues.config(concurrent=1, variant=hosting.variant("stable", hosting.model(says), count=2))
        for says in ("old", "new")
    )
    endpoint = hosting.endpoint(old)
    sent = [queues.send(endpoint, {"seconds": 0.1}) for _ in range(60)]
    hosting.update(endpoint, new, DeploymentConfig=policy)
    assert hosting.settled(endpoint)["EndpointConfigName"] == new
    sent.append(queues.send(endpoint))
    said = [queues.answer(each)["says"] for each in sent]
    assert set(said) == {"old", "new"}
    assert said[-1] == "new"
    counted = statistic(hosting, "InvocationsProcessed", "Sum", EndpointName=endpoint, VariantName="stable")
    assert counted == len(sent)


def test_what_waits_longer_than_it_may_has_expired() -> None:
    queue = Queue()
    short, long = (Waiting(str(life), {}, "", received=100.0, life=life) for life in (60.0, 600.0))
    queue.add(short)
    queue.add(long)
    assert queue.expired(160.0) == []
    assert queue.expired(161.0) == [short]
    assert queue.take(1, 1) is long
    assert queue.expired(10_000.0) == []  # it is being processed


def test_a_request_that_its_fleet_did_not_begin_with_is_the_next_again() -> None:
    queue = Queue()
    first, second = (Waiting(name, {}, "", received=0.0) for name in ("first", "second"))
    queue.add(first)
    queue.add(second)
    taken = queue.take(1, 1)
    assert taken is first
    assert queue.take(1, 1) is None
    queue.put_back(1, first)
    assert [queue.take(2, 2), queue.take(2, 2)] == [first, second]
    assert queue.size() == 2


def test_an_asynchronous_configuration_is_shown_as_it_was_sent(
    hosting: Hosting, queues: Queueing, endpoint: str
) -> None:
    shown = hosting.describe(endpoint)
    config = hosting.api.describe_endpoint_config(EndpointConfigName=shown["EndpointConfigName"])
    assert shown["AsyncInferenceConfig"] == config["AsyncInferenceConfig"]
    assert shown["AsyncInferenceConfig"]["OutputConfig"]["S3OutputPath"] == f"s3://{queues.bucket}/out"


def test_neither_capture_nor_shadow_nor_another_kind_of_endpoint_goes_with_a_queue(
    hosting: Hosting, queues: Queueing, endpoint: str
) -> None:
    queue = {"OutputConfig": {"S3OutputPath": f"s3://{queues.bucket}/out"}}
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{queues.bucket}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    for more in ({"DataCaptureConfig": capture}, {"ShadowProductionVariants": [hosting.variant("shadow")]}):
        with pytest.raises(ClientError, match="endpoint features are not supported"):
            hosting.config(AsyncInferenceConfig=queue, **more)
    with pytest.raises(ClientError, match="must have value between 1 and 1000"):
        hosting.config(AsyncInferenceConfig=queue | {"ClientConfig": {"MaxConcurrentInvocationsPerInstance": 1001}})
    with pytest.raises(ClientError, match="endpoint features are not supported"):
        hosting.update(endpoint, hosting.config())


def test_a_request_in_a_queue_outlives_a_container_that_died(hosting: Hosting, queues: Queueing) -> None:
    endpoint = hosting.endpoint(queues.config(concurrent=1))
    died, next_ = queues.send(endpoint, {"do": "die"}), queues.send(endpoint)
    assert queues.arrived(died["FailureLocation"]) != b""

    def settled() -> bool:
        return bool(queues.read(next_["OutputLocation"]) or queues.read(next_["FailureLocation"]))

    assert eventually(settled)
    sent = eventually(lambda: _answered(queues, endpoint), 30)
    assert json.loads(sent)["says"]


def _answered(queues: Queueing, endpoint: str) -> bytes | None:
    sent = queues.send(endpoint)
    eventually(lambda: queues.read(sent["OutputLocation"]) or queues.read(sent["FailureLocation"]))
    return queues.read(sent["OutputLocation"])
