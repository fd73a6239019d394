"""What the tests of asynchronous endpoints say, in fewer words than boto3 needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from botocore.exceptions import ClientError

from tests.sandbox.sagemaker.hosting import eventually, name

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting

JSON = "application/json"


@dataclass(frozen=True)
class Queueing:
    """A bucket for requests and answers, and endpoints that work them off."""

    hosting: Hosting
    bucket: str

    @cached_property
    def s3(self) -> Any:
        return self.hosting.client("s3")

    @cached_property
    def runtime(self) -> Any:
        return self.hosting.client("sagemaker-runtime")

    def config(self, *, concurrent: int = 4, variant: Any = None, **topics: str) -> str:
        output: dict[str, Any] = {
            "S3OutputPath": f"s3://{self.bucket}/out",
            "S3FailurePath": f"s3://{self.bucket}/bad",
        }
        if topics:
            output["NotificationConfig"] = topics
        client = {"MaxConcurrentInvocationsPerInstance": concurrent}
        queue = {"OutputConfig": output, "ClientConfig": client}
        return self.hosting.config(variant or self.hosting.variant(), AsyncInferenceConfig=queue)

    def send(self, endpoint: str, asked: Any = None, **more: Any) -> Any:
        """Put `asked`, which tells the tiny model server how to behave, into S3 and invoke."""
        key = f"requests/{name('request')}.json"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=json.dumps(asked or {}).encode())
        return self.runtime.invoke_endpoint_async(
            EndpointName=endpoint, InputLocation=f"s3://{self.bucket}/{key}", ContentType=JSON, **more
        )

    def read(self, place: str) -> bytes | None:
        """Read an object; None where it is not there."""
        at = urlparse(place)
        try:
            body: bytes = self.s3.get_object(Bucket=at.netloc, Key=at.path.lstrip("/"))["Body"].read()
        except ClientError:
            return None
        return body

    def arrived(self, place: str) -> bytes:
        """Wait for an object."""
        body: bytes = eventually(lambda: self.read(place), 30)
        return body

    def answer(self, sent: Any) -> Any:
        return json.loads(self.arrived(sent["OutputLocation"]))


def queueing(hosting: Hosting) -> Queueing:
    bucket = name("queueing")
    hosting.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return Queueing(hosting, bucket)


@dataclass(frozen=True)
class Topic:
    """A topic, and the messages that it has had."""

    hosting: Hosting
    arn: str
    url: str

    def messages(self) -> list[Any]:
        """Take what has arrived since the last time."""
        taken = self.hosting.client("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        found = taken.get("Messages", [])
        for message in found:
            self.hosting.client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(json.loads(message["Body"])["Message"]) for message in found]


def topic(hosting: Hosting) -> Topic:
    made = name("topic")
    arn = hosting.client("sns").create_topic(Name=made)["TopicArn"]
    url = hosting.client("sqs").create_queue(QueueName=made)["QueueUrl"]
    queue = f"arn:aws:sqs:eu-west-1:123456789012:{made}"
    hosting.client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    return Topic(hosting, arn, url)
