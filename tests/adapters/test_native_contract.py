"""One contract for every history of native deployments, and what is read from SageMaker's own words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.adapters.native import DynamoDBHistory, SageMakerDeployments
from lambdas.adapters.sights import sight
from lambdas.rollout.native.sight import IN_SERVICE, Pending, Stage
from lambdas.rollout.native.tell import lines
from tests.onlookers import MemoryHistory, deployment
from tests.sandbox.sagemaker.hosting import blue_green

if TYPE_CHECKING:
    from lambdas.rollout.native.line import Line
    from lambdas.rollout.native.ports import History
    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting

LINES = tuple(line for shown in deployment("a", "b", 1_000.0) for line in lines(shown, None))
LATER = tuple(line for shown in deployment("b", "c", 2_000.0) for line in lines(shown, None))


@pytest.fixture(params=["memory", "dynamodb"])
def history(request: pytest.FixtureRequest) -> History:
    return MemoryHistory() if request.param == "memory" else _table(request.getfixturevalue("sandbox"))


def _table(sandbox: Sandbox) -> DynamoDBHistory:
    name = sandbox.name("ledger")
    client = sandbox.client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "endpoint", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("endpoint", "item")],
    )
    client.put_item(TableName=name, Item={"endpoint": {"S": "documents"}, "item": {"S": "release"}})
    return DynamoDBHistory(client, name)


def add(history: History, *told: Line) -> list[bool]:
    return [history.add(line) for line in told]


def test_a_fact_is_kept_once_as_it_was_told_first(history: History) -> None:
    again = LINES[0]._replace(reason="told otherwise")
    assert add(history, LINES[0], again) == [True, False]
    assert history.recent("documents", 10) == (LINES[0],)


def test_the_latest_deployments_come_first(history: History) -> None:
    add(history, *LATER, *LINES)
    assert set(history.recent("documents", 1_000)) == {*LINES, *LATER}
    assert {line.began for line in history.recent("documents", len(set(LATER)))} == {2_000.0}


def test_endpoints_are_apart(history: History) -> None:
    add(history, *LINES)
    assert history.recent("others", 10) == ()


def baking_event(**more: Any) -> dict[str, Any]:
    """Give the detail of an event as the developer guide's example has it: canary, 1 of 3 instances."""
    status = {"Status": "Baking", "StatusMessage": "Baking for 600 seconds.", "StartTime": 1_635_195_269_181}
    counts = {"CurrentWeight": 1, "DesiredWeight": 1, "CurrentInstanceCount": 3, "DesiredInstanceCount": 3}
    new = counts | {"VariantName": "stable", "CurrentInstanceCount": 1, "VariantStatus": [status]}
    return {
        "EndpointName": "documents",
        "EndpointConfigName": "config-1",
        "ProductionVariants": [counts | {"VariantName": "stable"}],
        "EndpointStatus": "UPDATING",
        "LastModifiedTime": 1_635_195_148_181,
        "PendingDeploymentSummary": {
            "EndpointConfigName": "config-2",
            "StartTime": 1_635_195_148_181,
            "ProductionVariants": [new],
        },
    } | more


def test_an_event_of_a_deployment_is_read() -> None:
    read = sight(baking_event())
    stage = Stage("Baking", "Baking for 600 seconds.", 1, 3, 1_635_195_269.181)
    assert read.pending == Pending("config-2", 1_635_195_148.181, stage)
    assert (read.status, read.config, read.old.serving) == ("updating", "config-1", 3)


def test_a_sparse_event_of_an_endpoint_that_rests_is_read() -> None:
    """The guide's other example: no names, no current counts, and numbers with decimal points."""
    sparse = {"ProductionVariants": [{"DesiredWeight": 1.0, "DesiredInstanceCount": 1.0}]}
    event = baking_event(EndpointStatus="IN_SERVICE", LastModifiedTime=1_592_411_994_287.0) | sparse
    del event["PendingDeploymentSummary"]
    read = sight(event)
    assert (read.status, read.at, read.pending, read.resting) == (IN_SERVICE, 1_592_411_994.287, None, True)


@pytest.mark.parametrize(
    "time", [datetime(2021, 10, 25, 20, 52, 28, tzinfo=UTC), "2021-10-25T20:52:28Z", "1635195148000", 1_635_195_148]
)
def test_times_are_read_however_they_are_written(time: Any) -> None:
    pending = baking_event()["PendingDeploymentSummary"] | {"StartTime": time}
    read = sight(baking_event(PendingDeploymentSummary=pending))
    assert read.pending
    assert read.pending.began == 1_635_195_148


def test_a_deployment_without_a_start_is_left_to_the_next_look() -> None:
    pending = {"EndpointConfigName": "config-2", "ProductionVariants": []}
    assert sight(baking_event(PendingDeploymentSummary=pending)).pending is None


def test_describe_endpoint_says_the_same_as_the_events(hosting: Hosting) -> None:
    endpoint = hosting.endpoint()
    looks = SageMakerDeployments(hosting.api)
    hosting.update(endpoint, new := hosting.config(), DeploymentConfig=blue_green(wait=2, alarms=("nobodys",)))
    under_way = looks.look(endpoint)
    assert under_way
    assert under_way.pending
    assert (under_way.status, under_way.pending.config, under_way.alarms) == ("updating", new, ("nobodys",))
    hosting.settled(endpoint)
    rests = looks.look(endpoint)
    assert rests
    assert (rests.resting, rests.config) == (True, new)
    assert looks.look("nowhere") is None
