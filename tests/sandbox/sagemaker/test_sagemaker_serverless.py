"""Serverless endpoints: so many requests at a time, one variant, and updates that nothing takes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.sagemaker.hosting import blue_green, eventually, ring
from tests.sandbox.sagemaker.test_sagemaker_records import statistic

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting


def serverless(hosting: Hosting, says: str = "", concurrency: int = 5, **more: Any) -> dict[str, Any]:
    config = {"MemorySizeInMB": 2048, "MaxConcurrency": concurrency} | more
    return {"VariantName": "stable", "ModelName": hosting.model(says), "ServerlessConfig": config}


def test_a_serverless_endpoint_answers_and_shows_no_instances(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(serverless(hosting, "light")))
    assert hosting.says(endpoint) == "light"
    (shown,) = hosting.describe(endpoint)["ProductionVariants"]
    assert shown["CurrentServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert not {"CurrentInstanceCount", "InstanceType"} & shown.keys()
    variant = {"EndpointName": endpoint, "VariantName": "stable"}
    assert statistic(hosting, "Invocations", "Sum", **variant) == 1
    assert statistic(hosting, "InvocationsPerInstance", "Sum", **variant) is None


def test_more_requests_at_a_time_are_throttled(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(serverless(hosting, concurrency=1)))
    variant = {"EndpointName": endpoint, "VariantName": "stable"}
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(hosting.answer, endpoint, seconds=1) for _ in range(2))
        failed = [each.exception() for each in (first, second) if each.exception()]
    (refused,) = failed
    assert isinstance(refused, ClientError)
    assert refused.response["Error"]["Code"] == "ThrottlingException"
    assert hosting.says(endpoint)
    assert statistic(hosting, "Invocations", "Sum", **variant) == 2


def test_an_update_switches_all_at_once_and_no_alarm_takes_it_back(hosting: Hosting, alarm: str) -> None:
    old, new = (hosting.config(serverless(hosting, says)) for says in ("old", "new"))
    endpoint = hosting.endpoint(old)
    ring(hosting, alarm)
    hosting.update(endpoint, new, DeploymentConfig=blue_green(wait=600, alarms=(alarm,)))
    eventually(lambda: hosting.describe(endpoint)["EndpointConfigName"] == new)
    assert hosting.settled(endpoint)["EndpointStatus"] == "InService"
    assert hosting.says(endpoint) == "new"


def test_what_serverless_excludes_is_refused(hosting: Hosting) -> None:
    one, other = serverless(hosting), serverless(hosting) | {"VariantName": "canary"}
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    for variants, more in (([one, other], {}), ([one], {"DataCaptureConfig": capture})):
        with pytest.raises(ClientError, match="Serverless endpoints support neither"):
            hosting.config(*variants, **more)
    for wrong in (serverless(hosting, MemorySizeInMB=1500), serverless(hosting, concurrency=201)):
        with pytest.raises(ClientError, match="failed to satisfy constraint"):
            hosting.config(wrong)
    with pytest.raises(ClientError, match="must not be specified beside"):
        hosting.config(one | {"InitialInstanceCount": 1})


def test_instances_never_become_serverless_but_the_other_way_round(hosting: Hosting) -> None:
    light, heavy = hosting.config(serverless(hosting)), hosting.config()
    endpoint = hosting.endpoint(light)
    hosting.update(endpoint, heavy)
    assert hosting.settled(endpoint)["EndpointConfigName"] == heavy
    with pytest.raises(ClientError, match="Cannot update an instance-based endpoint"):
        hosting.update(endpoint, light)
