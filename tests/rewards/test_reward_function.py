"""The `reward` function from its zip: by HTTP, from a queue, and from a stream's event."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.artifact import build
from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.adapters.rewards import DynamoDBClaims
from lambdas.rollout.documents import encode
from lambdas.rollout.earned import EARNED, of_bins, of_sums
from lambdas.rollout.exposure import mint
from lambdas.rollout.judge.ladder import Ladder
from lambdas.rollout.plan import FULL, Experiment, Step
from lambdas.rollout.rewards import Metric, Reward
from lambdas.rollout.schema import SCHEMA as VERSION
from lambdas.rollout.trial import queries
from tests.adapters.tables import ledger_table
from tests.quality.fakes import SCHEMA
from tests.rewards.fakes import MemoryClaims
from tests.sandbox.roles import EVERYTHING, role

if TYPE_CHECKING:
    from lambdas.control.count_reward import Claims
    from lambdas.rollout.catalogue import Query
    from tests.conftest import Sandbox

MINUTE = (time.time() - 300) // 60 * 60
_STEP = Step(FULL // 2, 60, 3_600, experiment=Experiment(3_600))


def _table(sandbox: Sandbox) -> str:
    name = sandbox.name("rewards")
    sandbox.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "item", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "item", "AttributeType": "S"}],
    )
    return name


class Stage:
    """The function with its table, its URL and a queue of reports."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.endpoint, self.table = sandbox, sandbox.name("mortgage"), _table(sandbox)
        self.name, self._functions = sandbox.name("reward"), sandbox.client("lambda")
        self.truths, self.ledger = sandbox.name("truths"), ledger_table(sandbox)
        self._know()
        self._functions.create_function(
            FunctionName=self.name,
            Runtime="python3.11",
            Handler="lambdas.reward.handler.handler",
            Role=role(sandbox, "lambda", EVERYTHING),
            Timeout=10,
            Code={"ZipFile": build(Path(__file__).parents[2] / "lambdas").content},
            Environment={
                "Variables": {
                    "SERINUS_ENVIRONMENT": self.name,
                    "SERINUS_REWARDS": self.table,
                    "SERINUS_REWARDED": self.endpoint,
                    "SERINUS_LEDGER": self.ledger,
                }
            },
        )
        made = self._functions.create_function_url_config(FunctionName=self.name, AuthType="AWS_IAM")
        self.url: str = made["FunctionUrl"]
        self.queue = self._mapped_queue()
        self._kinesis = sandbox.client("kinesis")
        self._map_stream()

    def _know(self) -> None:
        """Make the bucket of ground truth, and say in the ledger that the endpoint's truths lie there."""
        place = {"LocationConstraint": "eu-west-1"}
        self.sandbox.client("s3").create_bucket(Bucket=self.truths, CreateBucketConfiguration=place)
        known = replace(SCHEMA, ground_truth=f"s3://{self.truths}/told/")
        item = {"endpoint": {"S": self.endpoint}, "item": {"S": "schema"}, "schema": {"N": str(VERSION)}}
        document = {"document": {"S": encode(known)}}
        self.sandbox.client("dynamodb").put_item(TableName=self.ledger, Item=item | document)

    def _mapped_queue(self) -> str:
        sqs = self.sandbox.client("sqs")
        url: str = sqs.create_queue(QueueName=self.name, Attributes={"VisibilityTimeout": "10"})["QueueUrl"]
        self._functions.create_event_source_mapping(
            EventSourceArn=f"arn:aws:sqs:eu-west-1:123456789012:{self.name}",
            FunctionName=self.name,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
        return url

    def _map_stream(self) -> None:
        self._kinesis.create_stream(StreamName=self.name, ShardCount=1)
        described = self._kinesis.describe_stream(StreamName=self.name)["StreamDescription"]
        self._functions.create_event_source_mapping(
            EventSourceArn=described["StreamARN"],
            FunctionName=self.name,
            StartingPosition="TRIM_HORIZON",
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )

    def put(self, *bodies: str) -> None:
        for body in bodies:
            self._kinesis.put_record(StreamName=self.name, Data=body.encode(), PartitionKey="one")

    def post(self, body: str, path: str = "") -> requests.Response:
        signed = AWSRequest("POST", self.url + (path or self.endpoint), {"Content-Type": "application/json"}, body)
        SigV4Auth(Credentials("test", "test"), "lambda", "eu-west-1").add_auth(signed)
        return requests.post(str(signed.url), body, headers=dict(signed.headers), timeout=30)

    def outcome(self, **report: Any) -> str:
        answer = self.post(json.dumps(report))
        assert answer.status_code == 202, answer.text
        told: str = answer.json()["outcome"]
        return told

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sandbox.client("sqs").send_message(QueueUrl=self.queue, MessageBody=body)

    def batch(self, *bodies: str) -> Any:
        """Invoke it as Lambda does for a stream, and return what it answers."""
        records = [
            {
                "eventSource": "aws:kinesis",
                "kinesis": {"sequenceNumber": str(at), "data": base64.b64encode(body.encode()).decode()},
            }
            for at, body in enumerate(bodies)
        ]
        answer = self._functions.invoke(FunctionName=self.name, Payload=json.dumps({"Records": records}))
        return json.loads(answer["Payload"].read())

    def report(self, inference_id: str, **more: Any) -> str:
        return json.dumps({"endpoint": self.endpoint, "inference_id": inference_id, **more})

    def metric(self, name: str, since: float, until: float, **dimensions: str) -> dict[float, float]:
        points = self.sandbox.client("cloudwatch").get_metric_statistics(
            Namespace="Serinus",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=datetime.fromtimestamp(since, UTC),
            EndTime=datetime.fromtimestamp(until, UTC),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return {point["Timestamp"].timestamp(): point["Sum"] for point in points}

    def counted(self, name: str, variant: str = "canary") -> dict[float, float]:
        return self.metric(name, MINUTE - 600, MINUTE + 120, EndpointName=self.endpoint, VariantName=variant)

    def told(self, name: str, **dimensions: str) -> float:
        now = datetime.now(UTC)
        since, until = (now - timedelta(minutes=10)).timestamp(), (now + timedelta(minutes=2)).timestamp()
        return sum(self.metric(name, since, until, **dimensions or {"EndpointName": self.endpoint}).values())


@pytest.fixture(scope="module")
def stage(sandbox: Sandbox) -> Stage:
    return Stage(sandbox)


@pytest.fixture(params=["memory", "dynamodb"])
def claims(request: pytest.FixtureRequest) -> Claims:
    if request.param == "memory":
        return MemoryClaims()
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    return DynamoDBClaims(sandbox.client("dynamodb"), _table(sandbox))


@pytest.mark.parametrize("value", [1.0, 1e-300, 1e9])
def test_an_id_is_claimed_once_for_each_metric(claims: Claims, value: float) -> None:
    revenue = Reward("mortgage", "i-1", Metric.REVENUE, value, MINUTE)
    conversion = revenue._replace(metric=Metric.CONVERSION)
    asked = (revenue, revenue, conversion, conversion, revenue._replace(inference_id="i-2"))
    assert [claims.claim(reward, MINUTE) for reward in asked] == [True, False, True, False, True]


def test_the_table_forgets_when_it_may(stage: Stage) -> None:
    assert stage.outcome(inference_id=mint("stable", MINUTE, "expiring")) == "counted"
    (item,) = (
        item
        for item in stage.sandbox.client("dynamodb").scan(TableName=stage.table)["Items"]
        if item["item"]["S"].endswith("expiring")
    )
    assert int(item["expires"]["N"]) == MINUTE + 15 * 86_400


def test_however_a_reward_comes_it_counts_once_at_the_minute_of_its_exposure(stage: Stage) -> None:
    first, second, third = (mint("canary", MINUTE - minute * 60, "x") for minute in range(3))
    assert stage.outcome(inference_id=first) == "counted"
    assert stage.outcome(inference_id=first) == "doubled"
    stage.send(stage.report(second), "no JSON", stage.report(first), stage.report(second))
    stage.put(stage.report(third), "no JSON", stage.report(first))
    expected = {MINUTE: 1.0, MINUTE - 60: 1.0, MINUTE - 120: 1.0}
    stage.sandbox.eventually(lambda: stage.counted("Conversions") == expected)
    stage.sandbox.eventually(lambda: stage.told("RewardsRefused", Environment=stage.name) == 2)
    stage.sandbox.eventually(lambda: stage.told("RewardsDoubled") == 4)
    assert stage.counted("Conversions") == expected


def test_a_steps_test_finds_what_is_counted(stage: Stage) -> None:
    minute = MINUTE - 240
    stage.send(*(stage.report(mint("stable", minute, f"found-{number}")) for number in range(3)))
    metrics = CloudWatchMetrics(stage.sandbox.client("cloudwatch"), 60, 0)

    def found() -> list[tuple[float | None, ...]]:
        return [tuple(period.values) for period in metrics.read(stage.endpoint, queries(_STEP), minute, minute + 60)]

    stage.sandbox.eventually(lambda: found() == [(None, 3.0, None, None)])


def test_revenue_is_counted_beside_conversions(stage: Stage) -> None:
    inference_id = mint("canary", MINUTE, "revenue")
    report = {"inference_id": inference_id, "metric": "revenue", "at": MINUTE + 60}
    assert stage.outcome(**report, reward=12.5) == "counted"
    assert stage.outcome(**report, reward=99) == "doubled"
    stage.sandbox.eventually(lambda: stage.counted("Revenue") == {MINUTE: 12.5})


def test_revenue_is_found_in_sums_for_a_bandit_and_in_bins_for_an_experiment(stage: Stage) -> None:
    minute, metrics = MINUTE - 300, CloudWatchMetrics(stage.sandbox.client("cloudwatch"), 60, 0)
    paid = [json.loads(stage.report(mint("stable", minute, f"paid-{price}"))) for price in (5, 10, 20)]
    stage.send(
        *(
            json.dumps(each | {"metric": "revenue", "reward": price})
            for each, price in zip(paid, (5, 10, 20), strict=True)
        )
    )

    def found(asked: tuple[Query, ...]) -> list[tuple[float | None, ...]]:
        return [tuple(period.values) for period in metrics.read(stage.endpoint, asked, minute, minute + 60)]

    ladder = Ladder(EARNED, 0.0, (15.0, 1e-9), (0.1, 0.5))
    stage.sandbox.eventually(lambda: found(of_sums(["stable"])) == [(None, 35.0, 525.0)])
    assert found(of_bins(["stable"], ladder, 0.5)) == [(None, 35.0, 3.0, 2.0, 0.0, 3.0, 0.0)]


def _is_told_once(stage: Stage, name: str) -> bool:
    return stage.told(name) == 1


def test_what_does_not_count_is_told_and_counted_as_such(stage: Stage) -> None:
    assert stage.outcome(inference_id="i-1") == "unknown"
    assert stage.outcome(inference_id=mint("canary", MINUTE - 2 * 86_400, "x")) == "late"
    assert stage.outcome(inference_id=mint("canary", MINUTE, "y"), at=MINUTE - 600) == "early"
    for name in ("RewardsUnknown", "RewardsLate", "RewardsEarly"):
        stage.sandbox.eventually(partial(_is_told_once, stage, name))


def test_bad_input_has_a_sentence(stage: Stage) -> None:
    for answer in (stage.post("{"), stage.post("{}"), stage.post("{}", "nowhere"), stage.post("{}", "a/b")):
        assert answer.status_code == 400
        assert len(answer.json()["message"]) > 10


def test_nothing_of_what_is_refused_is_logged(stage: Stage) -> None:
    secret = "s3cr3t-4711"
    refused: list[dict[str, Any]] = [
        {"metric": secret},
        {"endpoint": secret},
        {"reward": secret},
        {"at": secret},
        {secret: 1},
        {"inference_id": f"{secret}-" * 20},
    ]
    for given in refused:
        answer = stage.post(json.dumps({"inference_id": mint("canary", MINUTE, "z"), **given}))
        assert answer.status_code == 400
    assert stage.batch(json.dumps({"inference_id": mint("canary", MINUTE, "z"), "endpoint": secret})) == {
        "batchItemFailures": []
    }

    def told() -> list[str]:
        return [line for line in stage.sandbox.logged(stage.name) if '"refused"' in line]

    stage.sandbox.eventually(lambda: sum("`endpoint` is" in line for line in told()) >= 2)
    assert len(told()) >= len(refused)
    assert not [line for line in stage.sandbox.logged(stage.name) if secret in line]


def test_a_reward_that_cannot_be_noted_is_sent_again(stage: Stage) -> None:
    """Last: the table is gone."""
    stage.sandbox.client("dynamodb").delete_table(TableName=stage.table)
    answer = stage.post(json.dumps({"inference_id": mint("canary", MINUTE, "gone")}))
    assert (answer.status_code, answer.json()) == (503, {"message": "the report could not be noted; send it again"})
    reports = [stage.report("i-1"), stage.report(mint("canary", MINUTE, "gone"))]
    assert stage.batch(*reports) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
