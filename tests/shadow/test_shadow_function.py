"""From requests to counts: real models behind a shadow variant, captures, S3, SQS, and the function from its zip."""

from __future__ import annotations

import io
import json
import sys
import tarfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo.data import Applicant, applicants, split
from demo.models import V1, V2, train
from demo.publish import SERVER
from demo.scorecard import archive
from demo.server import Model
from infra.artifact import build
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.pairs import DynamoDBPairs
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.plan import Plan, Shadow, Step
from lambdas.rollout.release import Release
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.ports import ShadowPeriod
from lambdas.rollout.shadow.report import lines
from lambdas.rollout.state import EndpointState, Phase, Rollout
from tests.adapters.tables import ledger_table
from tests.sandbox.roles import EVERYTHING, role
from tests.shadow.test_pairs_contract import make_table

if TYPE_CHECKING:
    from lambdas.rollout.shadow.summary import Summary
    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/hmda:1"
TOLERANCE = 0.1
REQUESTS = 60


@dataclass(frozen=True)
class Stage:
    """Everything from the endpoint to the table."""

    sandbox: Sandbox
    hosting: Hosting
    bucket: str
    endpoint: str
    table: str
    queue: str

    def ask(self, number: int, row: Applicant) -> None:
        self.sandbox.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=self.endpoint,
            Body=json.dumps({"instances": [row]}),
            ContentType="application/json",
            InferenceId=f"request-{number:03d}",
        )

    def summary(self) -> Summary:
        pairs = DynamoDBPairs(self.sandbox.client("dynamodb"), self.table, time.time)
        return pairs.load(ShadowPeriod(self.endpoint, 1, Comparison(), 0.0), ()).summary

    def metric(self, name: str) -> float:
        dimensions = {"EndpointName": self.endpoint, "VariantName": "canary"}
        points = self.sandbox.client("cloudwatch").get_metric_statistics(
            Namespace="Serinus",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=datetime.now(UTC) - timedelta(hours=1),
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    def idle(self) -> bool:
        """Tell whether the queue is empty and nothing of it is being read."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sandbox.client("sqs").get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)
        return not any(int(count) for count in found["Attributes"].values())

    def tell_again(self) -> int:
        """Send each file's notification once more, as SQS may; returns how many files there are."""
        s3, sqs = self.sandbox.client("s3"), self.sandbox.client("sqs")
        keys = [
            item["Key"] for item in s3.list_objects_v2(Bucket=self.bucket)["Contents"] if "captured/" in item["Key"]
        ]
        for key in keys:
            told = {"bucket": {"name": self.bucket}, "object": {"key": key}}
            body = json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": told}]})
            sqs.send_message(QueueUrl=self.queue, MessageBody=body)
        return len(keys)


@pytest.fixture(scope="module")
def rows() -> tuple[Applicant, ...]:
    return split(applicants()).held_out[:REQUESTS]


@pytest.fixture(scope="module")
def archives() -> dict[str, bytes]:
    data = split(applicants())
    return {recipe.version: archive(train(recipe, data.training)) for recipe in (V1, V2)}


@pytest.fixture(scope="module")
def stage(sandbox: Sandbox, hosting: Hosting, archives: dict[str, bytes]) -> Stage:
    bucket = sandbox.name("hmda")
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    queue = _queue(sandbox, bucket)
    endpoint = _endpoint(sandbox, hosting, bucket, archives)
    made = Stage(sandbox, hosting, bucket, endpoint, make_table(sandbox), queue)
    _function(made, _ledger(made))
    return made


def _queue(sandbox: Sandbox, bucket: str) -> str:
    sqs, name = sandbox.client("sqs"), sandbox.name("captures")
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    attributes = {"VisibilityTimeout": "10", "Policy": json.dumps({"Statement": [statement | {"Resource": "*"}]})}
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    told = {"QueueArn": f"arn:aws:sqs:eu-west-1:123456789012:{name}", "Events": ["s3:ObjectCreated:*"]}
    sandbox.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [told]}
    )
    return url


def _endpoint(sandbox: Sandbox, hosting: Hosting, bucket: str, archives: dict[str, bytes]) -> str:
    images = hosting.running.directory / "images.json"
    images.write_text(json.dumps(json.loads(images.read_text()) | {IMAGE: [sys.executable, "-P", str(SERVER)]}))
    variants = {}
    for variant, version in (("stable", "v1"), ("canary", "v2")):
        sandbox.client("s3").put_object(Bucket=bucket, Key=f"models/{version}.tar.gz", Body=archives[version])
        model = hosting.model(image=IMAGE, ModelDataUrl=f"s3://{bucket}/models/{version}.tar.gz")
        variants[variant] = hosting.variant(variant, model)
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{bucket}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    }
    config = hosting.config(
        variants["stable"], ShadowProductionVariants=[variants["canary"]], DataCaptureConfig=capture
    )
    return hosting.endpoint(config)


def _ledger(stage: Stage) -> str:
    """Write that the rollout is in its shadow step."""
    name = ledger_table(stage.sandbox)
    plan = Plan((Step(0, 60, 600, shadow=Shadow(60, tolerance=TOLERANCE)), Step(10_000, 60, 600)), (ErrorRate(),))
    release = Release(stage.endpoint, "v1", "v2", "aaaa1111", "bbbb2222", plan, ())
    rollout = Rollout(1, release, time.time() - 60, Phase.PROGRESSING, 0)
    DynamoDBLedger(stage.sandbox.client("dynamodb"), name).commit(
        EndpointState(stage.endpoint, 1, rollout=rollout), None
    )
    return name


def _function(stage: Stage, ledger: str) -> None:
    client, name = stage.sandbox.client("lambda"), stage.sandbox.name("shadow")
    client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="lambdas.captures.handler.handler",
        Role=role(stage.sandbox, "lambda", EVERYTHING),
        Timeout=10,
        Code={"ZipFile": build(Path(__file__).parents[2] / "lambdas").content},
        Environment={
            "Variables": {
                "SERINUS_LEDGER": ledger,
                "SERINUS_PAIRS": stage.table,
                "SERINUS_PREDICTIONS": "none",
                "SERINUS_METRIC_PERIOD": "60",
                "POWERTOOLS_SERVICE_NAME": "serinus",
                "POWERTOOLS_METRICS_NAMESPACE": "Serinus",
            }
        },
    )
    client.create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:eu-west-1:123456789012:{stage.queue.rpartition('/')[2]}",
        FunctionName=name,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 2},
    )


def _server(packed: bytes, directory: Path) -> Model:
    directory.mkdir()
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(directory, filter="data")
    return Model(directory)


@pytest.fixture(scope="module")
def disagreeing(rows: tuple[Applicant, ...], archives: dict[str, bytes], tmp_path_factory: Any) -> list[Applicant]:
    """Rows that the two models themselves answer differently, asked without any of this."""
    home: Path = tmp_path_factory.mktemp("models")
    stable, canary = (_server(archives[version], home / version) for version in ("v1", "v2"))
    return [row for row in rows if abs(stable.predict(row) - canary.predict(row)) > TOLERANCE]


def test_every_pair_is_counted_once(stage: Stage, rows: tuple[Applicant, ...], disagreeing: list[Applicant]) -> None:
    assert 0 < len(disagreeing) < REQUESTS
    for number, row in enumerate(rows):
        stage.ask(number, row)
    stage.sandbox.eventually(lambda: stage.summary().requests == REQUESTS, 60)
    summary = stage.summary()
    assert summary.answers == Arm(len(disagreeing), REQUESTS)
    assert summary.kinds == {"score": len(disagreeing)}
    assert (summary.damaged, summary.incomparable) == (0, 0)
    stage.sandbox.eventually(lambda: stage.metric("Compared") == REQUESTS)
    assert stage.metric("Disagreements") == len(disagreeing)


def test_segments_are_those_of_the_applicants(
    stage: Stage, rows: tuple[Applicant, ...], disagreeing: list[Applicant]
) -> None:
    """The first three columns that hold words: deny, phist and selfemp, or whichever the table has."""
    columns = [name for name, value in rows[0].items() if isinstance(value, str)][:3]
    segments = stage.summary().segments
    for column in columns:
        for value in {row[column] for row in rows}:
            bad, total = (sum(row[column] == value for row in some) for some in (disagreeing, rows))
            assert segments[f"{column}={value}"] == Arm(bad, total)
    assert any("worst segments" in line for line in lines(stage.summary()))


def test_messages_that_come_again_change_nothing(stage: Stage, disagreeing: list[Applicant]) -> None:
    before = stage.summary()
    assert stage.tell_again() >= 2
    stage.sandbox.eventually(stage.idle, 60)
    assert stage.summary() == before
    assert (stage.metric("Compared"), stage.metric("Disagreements")) == (REQUESTS, len(disagreeing))


def test_a_message_that_names_no_file_of_ours_fails_alone(stage: Stage) -> None:
    key = f"captured/{stage.endpoint}/stable/2026/11/21/09/gone.jsonl"
    told = {"bucket": {"name": stage.bucket}, "object": {"key": key}}
    gone = json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": told}]})
    sqs = stage.sandbox.client("sqs")
    sqs.send_message(QueueUrl=stage.queue, MessageBody=gone)
    s3 = stage.sandbox.client("s3")
    late = {
        "captureData": {
            "endpointOutput": {
                "observedContentType": "application/json",
                "mode": "OUTPUT",
                "data": "[0.5]",
                "encoding": "JSON",
            }
        },
        "eventMetadata": {"eventId": "e", "inferenceId": "late", "inferenceTime": f"{datetime.now(UTC):%FT%TZ}"},
    }
    for variant in ("stable", "canary"):
        key = f"captured/{stage.endpoint}/{variant}/2026/11/21/09/late.jsonl"
        s3.put_object(Bucket=stage.bucket, Key=key, Body=json.dumps(late) + "\n{")
    stage.sandbox.eventually(lambda: stage.summary().requests == REQUESTS + 1, 60)
    stage.sandbox.eventually(lambda: stage.summary().damaged == 2)
    assert not stage.idle()  # the one that failed is kept, to come again
    sqs.purge_queue(QueueUrl=stage.queue)
