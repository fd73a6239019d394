"""Functions behind queues, and S3's notifications to queues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import pytest
from botocore.exceptions import ClientError

from sandbox.lambda_runtime.batch import failed
from sandbox.lambda_runtime.outcome import Outcome
from tests.sandbox.functions import LOGS, Function

if TYPE_CHECKING:
    from tests.conftest import Sandbox
    from tests.sandbox.roles import Grant

POLLS: Grant = (["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], ["*"])
REPORTS = """
import json

def handler(event, context):
    records = [(record, json.loads(record["body"])) for record in event["Records"]]
    print("batch", json.dumps([[body, record["attributes"]["ApproximateReceiveCount"]] for record, body in records]))
    if any(body.get("raise") for _, body in records):
        raise ValueError("boom")
    failed = [record["messageId"] for record, body in records if body.get("fail")]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
"""


class Triggered:
    """A function behind a queue with a dead-letter queue."""

    def __init__(self, sandbox: Sandbox, *, visible: int = 1, receives: int = 2, **mapping: Any) -> None:
        self.sqs, self.name = sandbox.client("sqs"), sandbox.name("queue")
        self.dead = self.sqs.create_queue(QueueName=self.name + "-dead")["QueueUrl"]
        redrive = {"deadLetterTargetArn": arn(self.name + "-dead"), "maxReceiveCount": receives}
        attributes = {"VisibilityTimeout": str(visible), "RedrivePolicy": json.dumps(redrive)}
        self.url = self.sqs.create_queue(QueueName=self.name, Attributes=attributes)["QueueUrl"]
        self.function = Function(sandbox, REPORTS, [LOGS, POLLS], Timeout=1)
        types = {"FunctionResponseTypes": ["ReportBatchItemFailures"]} | mapping
        self.mapping = self.function.client.create_event_source_mapping(
            EventSourceArn=arn(self.name), FunctionName=self.function.name, **types
        )["UUID"]

    def send(self, *bodies: Any) -> None:
        entries = [{"Id": str(number), "MessageBody": json.dumps(body)} for number, body in enumerate(bodies)]
        self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)

    def batches(self) -> list[list[Any]]:
        """Return the batches that the function got: each message's body with the number of its receives."""
        return [json.loads(line.removeprefix("batch ")) for line in self.function.log() if line.startswith("batch ")]

    def seen(self) -> list[Any]:
        return [message for batch in self.batches() for message in batch]

    def left(self, url: str = "") -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=names)["Attributes"]
        return sum(int(count) for count in found.values())


def arn(queue: str) -> str:
    return f"arn:aws:sqs:eu-west-1:123456789012:{queue}"


def test_messages_come_in_batches_and_are_deleted_when_done(sandbox: Sandbox) -> None:
    triggered = Triggered(sandbox, BatchSize=4, MaximumBatchingWindowInSeconds=1)
    triggered.send(*({"n": number} for number in range(8)))
    sandbox.eventually(lambda: len(triggered.seen()) == 8)
    assert [len(batch) for batch in triggered.batches()] == [4, 4]
    sandbox.eventually(lambda: triggered.left() == 0)


def test_only_what_failed_comes_again_and_then_goes_to_the_dead_letter_queue(sandbox: Sandbox) -> None:
    triggered = Triggered(sandbox)
    triggered.send({"n": 1}, {"n": 2, "fail": True}, {"n": 3})
    sandbox.eventually(lambda: triggered.left(triggered.dead) == 1)
    seen = triggered.seen()
    assert sorted(count for body, count in seen if body.get("fail")) == ["1", "2"]
    assert sorted(body["n"] for body, _ in seen if not body.get("fail")) == [1, 3]
    assert triggered.left() == 0


def test_after_an_error_the_whole_batch_comes_again(sandbox: Sandbox) -> None:
    triggered = Triggered(sandbox, MaximumBatchingWindowInSeconds=1)
    triggered.send({"n": 1}, {"raise": True})
    sandbox.eventually(lambda: triggered.left(triggered.dead) == 2)
    assert len(triggered.seen()) == 4


def test_without_report_batch_item_failures_the_answer_does_not_matter(sandbox: Sandbox) -> None:
    triggered = Triggered(sandbox, FunctionResponseTypes=[])
    triggered.send({"fail": True})
    sandbox.eventually(lambda: triggered.seen() and triggered.left() == 0)
    assert len(triggered.seen()) == 1


def test_a_disabled_mapping_leaves_messages_alone(sandbox: Sandbox) -> None:
    triggered = Triggered(sandbox, Enabled=False)
    triggered.send({"n": 1})
    assert triggered.left() == 1
    triggered.function.client.update_event_source_mapping(UUID=triggered.mapping, Enabled=True)
    sandbox.eventually(lambda: triggered.left() == 0)
    assert triggered.seen() == [[{"n": 1}, "1"]]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"visible": 0}, "Queue visibility timeout: 0 seconds is less than Function timeout: 1 seconds"),
        ({"BatchSize": 11}, "Maximum batch window in seconds must be greater than 0"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{}"}]}}, "filters no messages"),
    ],
)
def test_mappings_that_are_refused(sandbox: Sandbox, mapping: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ClientError, match=sentence) as refused:
        Triggered(sandbox, **mapping)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


@pytest.mark.parametrize(
    ("payload", "reports", "again"),
    [
        (b"null", True, set()),
        (b"{}", True, set()),
        (b"", True, set()),
        (b'{"batchItemFailures": null}', True, set()),
        (b'{"batchItemFailures": []}', True, set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}]}', True, {"a"}),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}]}', False, set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "c"}]}', True, {"a", "b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', True, {"a", "b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": null}]}', True, {"a", "b"}),
        (b'{"batchItemFailures": [{"messageId": "a"}]}', True, {"a", "b"}),
        (b'{"failures": []}', True, {"a", "b"}),
        (b'"fine"', True, {"a", "b"}),
        (b"{", True, {"a", "b"}),
    ],
)
def test_what_an_answer_says_of_each_message(payload: bytes, *, reports: bool, again: set[str]) -> None:
    assert failed(Outcome(payload), ("a", "b"), reports=reports) == again


def bucket(sandbox: Sandbox) -> str:
    name = sandbox.name("bucket")
    where = {"LocationConstraint": "eu-west-1"}
    sandbox.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
    return name


def notify(sandbox: Sandbox, name: str, queue: str) -> None:
    rules = [{"Name": "suffix", "Value": ".jsonl"}]
    wanted = {"QueueArn": arn(queue), "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
    sandbox.client("s3").put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"QueueConfigurations": [wanted]}
    )


def open_to_s3(sandbox: Sandbox, queue: str, source: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn(queue),
        "Condition": {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{source}"},
            "StringEquals": {"aws:SourceAccount": "123456789012"},
        },
    }
    url: str = sandbox.client("sqs").create_queue(
        QueueName=queue, Attributes={"Policy": json.dumps({"Statement": [statement]})}
    )["QueueUrl"]
    return url


def test_new_objects_are_told_to_a_queue_after_a_test_event(sandbox: Sandbox) -> None:
    name, queue = bucket(sandbox), sandbox.name("queue")
    url, sqs, s3 = open_to_s3(sandbox, queue, name), sandbox.client("sqs"), sandbox.client("s3")
    notify(sandbox, name, queue)
    bodies: list[Any] = []

    def told() -> bool:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ())
        bodies.extend(json.loads(message["Body"]) for message in found)
        return len(bodies) == 2

    s3.put_object(Bucket=name, Key="a b/ü.jsonl", Body=b"x")
    s3.put_object(Bucket=name, Key="a/b.txt", Body=b"x")
    sandbox.eventually(told)
    (test,), (event,) = ([body for body in bodies if ("Event" in body) is kind] for kind in (True, False))
    assert (test["Event"], test["Bucket"]) == ("s3:TestEvent", name)
    (record,) = event["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == name
    assert record["s3"]["object"]["key"] != "a b/ü.jsonl"
    assert unquote_plus(record["s3"]["object"]["key"]) == "a b/ü.jsonl"


def test_a_queue_that_s3_may_not_send_to_is_refused(sandbox: Sandbox) -> None:
    name, queue = bucket(sandbox), sandbox.name("queue")
    open_to_s3(sandbox, queue, "another-bucket")
    for target in (queue, "nowhere"):
        with pytest.raises(ClientError, match="Unable to validate the following destination") as refused:
            notify(sandbox, name, target)
        assert refused.value.response["Error"]["Code"] == "InvalidArgument"
