from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.sagemaker.hosting import blue_green, eventually, name

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting


@pytest.fixture
def queue(hosting: Hosting) -> str:
    """Return the URL of a queue that gets every event of SageMaker from now on."""
    queue = name("events")
    url: str = hosting.client("sqs").create_queue(QueueName=queue)["QueueUrl"]
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{queue}"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    hosting.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events = hosting.client("events")
    events.put_rule(Name=queue, EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    events.put_targets(Rule=queue, Targets=[{"Id": "queue", "Arn": arn}])
    return url


class Inbox:
    """The details of the events about one endpoint that have arrived, by detail type."""

    def __init__(self, hosting: Hosting, url: str, endpoint: str) -> None:
        self._sqs = hosting.client("sqs")
        self._url = url
        self._endpoint = endpoint
        self._events: list[Any] = []

    def details(self, kind: str) -> list[Any]:
        received = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", ())
        for message in received:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        self._events += [json.loads(message["Body"]) for message in received]
        told = [event for event in self._events if event["resources"][0].endswith(f":endpoint/{self._endpoint}")]
        return [event["detail"] for event in told if event["detail-type"] == kind]


def test_each_change_of_an_endpoints_status_is_an_event(hosting: Hosting, queue: str) -> None:
    endpoint = hosting.endpoint(Tags=[{"Key": "team", "Value": "risk"}])
    hosting.reweigh(endpoint, stable=5)
    hosting.settled(endpoint)
    hosting.api.delete_endpoint(EndpointName=endpoint)
    inbox = Inbox(hosting, queue, endpoint)
    kind = "SageMaker Endpoint State Change"
    eventually(lambda: len(inbox.details(kind)) == 5)
    details = inbox.details(kind)
    statuses = [detail["EndpointStatus"] for detail in details]
    assert sorted(statuses) == ["CREATING", "DELETING", "IN_SERVICE", "IN_SERVICE", "UPDATING"]
    assert all(detail["Tags"] == {"team": "risk"} for detail in details)


def test_the_steps_of_a_deployment_are_events(hosting: Hosting, queue: str) -> None:
    endpoint = hosting.endpoint()
    hosting.update(endpoint, new := hosting.config(), DeploymentConfig=blue_green(wait=1))
    inbox = Inbox(hosting, queue, endpoint)

    def steps() -> set[str]:
        details = inbox.details("SageMaker Endpoint Deployment State Change")
        pending = [detail["PendingDeploymentSummary"] for detail in details]
        assert {each["EndpointConfigName"] for each in pending} <= {new}
        return {each["ProductionVariants"][0]["VariantStatus"][0]["Status"] for each in pending}

    eventually(lambda: steps() == {"Creating", "ActivatingTraffic", "Baking"})
