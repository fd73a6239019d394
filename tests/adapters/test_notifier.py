"""SNS as the notifier: what it takes, and what becomes of what it does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from lambdas.adapters.sns import SnsNotifier
from lambdas.rollout.ports import NotToldError

if TYPE_CHECKING:
    from tests.conftest import Sandbox


def test_a_message_arrives_with_a_subject_that_fits(sandbox: Sandbox) -> None:
    sns, sqs, name = sandbox.client("sns"), sandbox.client("sqs"), sandbox.name("letters")
    topic, queue = sns.create_topic(Name=name)["TopicArn"], sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    SnsNotifier(sns, topic).tell("größer " * 20, "the text, größer")

    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    heard = json.loads(message["Body"])
    assert (len(heard["Subject"]), heard["Subject"][:7]) == (99, "gr??er ")
    assert heard["Message"] == "the text, größer"


def test_a_topic_that_is_gone_has_told_nobody(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:gone"
    with pytest.raises(NotToldError, match="NotFound"):
        SnsNotifier(sandbox.client("sns"), topic).tell("mortgage: PAUSED", "text")
    assert "people are not told of 'mortgage: PAUSED': " in caplog.text


def test_silence_has_told_nobody(sandbox: Sandbox) -> None:
    client: Any = sandbox.client("sns")
    with Stubber(client) as stub:
        stub.add_client_error("publish", "ThrottledException", http_status_code=429)
        with pytest.raises(NotToldError):
            SnsNotifier(client, "arn:aws:sns:eu-west-1:123456789012:t").tell("s", "t")
