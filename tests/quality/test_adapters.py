"""The table of predictions, in memory and in DynamoDB; the ledger's schema; the counters in CloudWatch."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from lambdas.adapters.baselines import LedgerBaselines, baselines
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.predictions import DynamoDBPredictions
from lambdas.adapters.quality import CloudWatchQuality
from lambdas.adapters.watch import LedgerWatch
from lambdas.rollout.documents import encode
from lambdas.rollout.quality.bins import Baseline, Bins
from lambdas.rollout.quality.counts import Slot
from lambdas.rollout.quality.inputs import Cell
from lambdas.rollout.quality.ports import Known, Noted, Outcome, Predictions, Watched
from lambdas.rollout.quality.predicted import Inference, Prediction
from lambdas.rollout.quality.truth import Truth
from lambdas.rollout.release import Challenger
from lambdas.rollout.schema import SCHEMA as VERSION
from lambdas.rollout.state import EndpointState, Phase, Rollout
from tests.adapters.tables import ledger_table
from tests.examples import RELEASE
from tests.quality.fakes import SCHEMA, MemoryPredictions

if TYPE_CHECKING:
    from tests.conftest import Sandbox

INFERENCE = Inference("canary", 120.0, (Prediction("yes", 0.75, None, ("race=black",)),))
TRUTH = Truth("i", ("no",))
KNOWN = Baseline((Bins("income", (5, 5, 0), edges=(30.0,)), Bins("race", (7, 2, 1), names=("white",))))


def _table(sandbox: Sandbox) -> DynamoDBPredictions:
    name, client = sandbox.name("predictions"), sandbox.client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "item", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "item", "AttributeType": "S"}],
    )
    return DynamoDBPredictions(client, name, time.time)


@pytest.fixture(params=["memory", "dynamodb"])
def predictions(request: pytest.FixtureRequest) -> Predictions:
    if request.param == "memory":
        return MemoryPredictions()
    return _table(request.getfixturevalue("sandbox"))


def test_whoever_comes_second_sees_both(predictions: Predictions) -> None:
    assert predictions.predicted("m", [("i", INFERENCE)]) == [Noted(new=True, known=Known((INFERENCE,), None))]
    assert predictions.revealed("m", [TRUTH]) == [Noted(new=True, known=Known((INFERENCE,), TRUTH))]
    assert predictions.revealed("other", [TRUTH]) == [Noted(new=True, known=Known((), TRUTH))]
    assert predictions.predicted("other", [("i", INFERENCE)]) == [Noted(new=True, known=Known((INFERENCE,), TRUTH))]


def test_the_first_of_each_stays(predictions: Predictions) -> None:
    predictions.predicted("m", [("i", INFERENCE)])
    predictions.revealed("m", [TRUTH])
    again, there = INFERENCE._replace(at=180.0), Noted(new=False, known=Known((INFERENCE,), TRUTH))
    assert predictions.predicted("m", [("i", again)]) == [there]
    assert predictions.revealed("m", [Truth("i", ("yes",))]) == [there]


def test_both_answers_to_a_request_of_a_shadow_are_kept_and_its_truth_meets_both(predictions: Predictions) -> None:
    stable = INFERENCE._replace(variant="stable")
    predictions.predicted("m", [("i", stable)])
    assert predictions.predicted("m", [("i", INFERENCE)]) == [Noted(new=True, known=Known((INFERENCE, stable)))]
    assert predictions.revealed("m", [TRUTH]) == [Noted(new=True, known=Known((INFERENCE, stable), TRUTH))]


def test_what_the_first_schemas_kept_of_a_request_is_read_and_nothing_is_added(sandbox: Sandbox) -> None:
    """An upgrade in mid-rollout: a file that is read again must not count twice."""
    table = _table(sandbox)
    item: Any = {"item": {"S": "m#i"}, "schema": {"N": "4"}, "inference": {"S": encode(INFERENCE)}}
    table._client.put_item(TableName=table._table, Item=item)
    assert table.predicted("m", [("i", INFERENCE)]) == [Noted(new=False, known=Known((INFERENCE,)))]
    assert table.revealed("m", [TRUTH]) == [Noted(new=True, known=Known((INFERENCE,), TRUTH))]


def test_many_are_answered_in_their_order_and_those_of_one_request_are_put_so(predictions: Predictions) -> None:
    truths = [Truth(f"i{number // 5}", (str(number),)) for number in range(100)]
    answered = predictions.revealed("m", truths)
    assert [noted.new for noted in answered] == [number % 5 == 0 for number in range(100)]
    assert [noted.known.truth for noted in answered] == [truths[number // 5 * 5] for number in range(100)]
    assert predictions.revealed("m", []) == []


def test_of_two_at_the_same_time_one_sees_both(sandbox: Sandbox) -> None:
    table = _table(sandbox)
    with ThreadPoolExecutor(2) as both:
        for number in range(20):
            id_ = f"i{number}"
            truth = TRUTH._replace(id=id_)
            seen = [
                both.submit(table.predicted, "m", [(id_, INFERENCE)]),
                both.submit(table.revealed, "m", [truth]),
            ]
            known = [each.result()[0].known for each in seen]
            assert sum(each == Known((INFERENCE,), truth) for each in known) == 1


def test_an_item_expires_once_no_truth_would_count(sandbox: Sandbox) -> None:
    table = _table(sandbox)
    table.predicted("m", [("i", INFERENCE)])
    (item,) = table._client.scan(TableName=table._table)["Items"]
    assert int(item["expires"]["N"]) - time.time() > SCHEMA.window
    assert item["schema"] == {"N": str(VERSION)}


def test_an_endpoint_is_watched_while_a_rollout_is_in_progress(sandbox: Sandbox) -> None:
    client, table = sandbox.client("dynamodb"), ledger_table(sandbox)
    ledger = DynamoDBLedger(client, table)
    watch = LedgerWatch(client, table, ledger)
    rollout = Rollout(1, RELEASE, began=1_000.0, phase=Phase.PAUSED)
    ledger.commit(EndpointState("mortgage", 1, rollout=rollout), None)
    assert watch.watched("mortgage") is None  # it has no schema

    item = {"endpoint": {"S": "mortgage"}, "item": {"S": "schema"}, "schema": {"N": str(VERSION)}}
    client.put_item(TableName=table, Item={**item, "document": {"S": encode(SCHEMA)}})
    assert watch.watched("mortgage") == Watched("mortgage", SCHEMA, {"stable": 1_000.0, "canary": 1_000.0})
    client.put_item(TableName=table, Item={**item, "item": {"S": "baseline"}, "document": {"S": encode(KNOWN)}})
    assert watch.watched("mortgage") == Watched("mortgage", SCHEMA, {"stable": 1_000.0, "canary": 1_000.0})
    watch = LedgerWatch(client, table, ledger, LedgerBaselines(client, table))
    tested = replace(rollout, release=replace(RELEASE, challengers=(Challenger("lean", "v2-lean"),)))
    ledger.commit(EndpointState("mortgage", 2, rollout=tested), None)
    assert watch.watched("mortgage") == Watched(
        "mortgage", SCHEMA, dict.fromkeys(("stable", "canary", "lean"), 1_000.0), KNOWN
    )

    ended = replace(rollout, phase=Phase.PROMOTED)
    ledger.commit(EndpointState("mortgage", 3, rollout=ended), None)
    assert watch.watched("mortgage") is None


def test_values_are_a_distribution(sandbox: Sandbox) -> None:
    client, endpoint = sandbox.client("cloudwatch"), sandbox.name("endpoint")
    at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
    CloudWatchQuality(client).spread(endpoint, {Slot(at.timestamp(), "canary"): {"LogLoss": tuple(range(1, 401))}})
    dimensions: Any = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "canary"}]
    metric: Any = {"Namespace": "Serinus", "MetricName": "LogLoss", "Dimensions": dimensions}
    asked: Any = [
        {"Id": f"q{index}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}
        for index, stat in enumerate(["SampleCount", "Sum", "TC(:100)"])
    ]
    found = client.get_metric_data(MetricDataQueries=asked, StartTime=at, EndTime=at + timedelta(minutes=2))
    assert {each["Id"]: sum(each["Values"]) for each in found["MetricDataResults"]} == {
        "q0": 400,
        "q1": 80_200,
        "q2": 100,
    }


def test_bins_are_counted_by_feature_a_hundred_and_fifty_of_them_in_a_datum(sandbox: Sandbox) -> None:
    client, endpoint = sandbox.client("cloudwatch"), sandbox.name("endpoint")
    at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
    many = Cell(at.timestamp(), "canary", "income", "0a1b2c3d")
    for _ in range(2):
        CloudWatchQuality(client).inputs(endpoint, {many: {number: number for number in range(1, 152)}})
    CloudWatchQuality(client).inputs(endpoint, {many._replace(mark="other"): {1: 7}})
    named = {"EndpointName": endpoint, "VariantName": "canary", "Feature": "income", "Bins": many.mark}
    dimensions: Any = [{"Name": name, "Value": value} for name, value in named.items()]
    metric: Any = {"Namespace": "Serinus", "MetricName": "Inputs", "Dimensions": dimensions}
    asked: Any = [
        {"Id": f"q{index}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}
        for index, stat in enumerate(["SampleCount", "TC(:1.5)", "TC(:3.5)"])
    ]
    found = client.get_metric_data(MetricDataQueries=asked, StartTime=at, EndTime=at + timedelta(minutes=2))
    assert {each["Id"]: sum(each["Values"]) for each in found["MetricDataResults"]} == {
        "q0": 2 * 151 * 76,
        "q1": 2,
        "q2": 12,
    }


def test_no_call_is_larger_than_cloudwatch_takes() -> None:
    class Recording:
        sizes: ClassVar[list[int]] = []

        def put_metric_data(self, **sent: Any) -> None:
            self.sizes.append(len(json.dumps(sent, default=str)))

    cells = [Cell(0.0, "canary" * 10, f"{number:060d}", "0a1b2c3d") for number in range(600)]
    client: Any = Recording()
    CloudWatchQuality(client).inputs("e" * 63, {cell: dict.fromkeys(range(1, 23), 99_999) for cell in cells})
    assert len(client.sizes) == 3
    assert max(client.sizes) < 1_000_000


def test_a_baseline_is_read_where_there_is_one(sandbox: Sandbox) -> None:
    client, table = sandbox.client("dynamodb"), ledger_table(sandbox)
    found = baselines(client, table, "1")
    assert found is not None
    assert found.baseline("mortgage") == Baseline()
    item = {"endpoint": {"S": "mortgage"}, "item": {"S": "baseline"}, "schema": {"N": str(VERSION)}}
    client.put_item(TableName=table, Item={**item, "document": {"S": encode(KNOWN)}})
    assert found.baseline("mortgage") == KNOWN
    assert baselines(client, table, "") is None


def test_counters_are_at_their_minutes_and_a_groups_apart(sandbox: Sandbox) -> None:
    client, endpoint = sandbox.client("cloudwatch"), sandbox.name("endpoint")
    published = CloudWatchQuality(client)
    at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
    minute = at.timestamp()
    for count in (2.0, 3.0):
        published.publish(
            endpoint,
            {
                Slot(minute, "canary"): {"FalsePositives": count, "TruePositives": 1.0},
                Slot(minute, "canary", "race=black"): {"FalsePositives": 1.0},
            },
        )
    published.outcomes(endpoint, {Outcome.LATE: 4})

    def total(name: str, **dimensions: str) -> float:
        named: Any = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        found = client.get_metric_statistics(
            Namespace="Serinus",
            MetricName=name,
            Dimensions=named,
            StartTime=at - timedelta(minutes=1),
            EndTime=at + timedelta(minutes=10),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in found))

    arm = {"EndpointName": endpoint, "VariantName": "canary"}
    assert total("FalsePositives", **arm) == 5
    assert total("FalsePositives", **arm, Group="race=black") == 2
    assert total("TruthsLate", EndpointName=endpoint) == 4
