from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.conftest import Sandbox

DIMENSIONS = [{"Name": "VariantName", "Value": "canary"}]


def put(sandbox: Sandbox, namespace: str, name: str, at: float, *values: float, **more: Any) -> None:
    data = [{"MetricName": name, "Timestamp": at, "Value": v, "Dimensions": DIMENSIONS} | more for v in values]
    sandbox.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def stat(namespace: str, name: str, period: int, statistic: str, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": more.pop("dimensions", DIMENSIONS)}
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": period, "Stat": statistic}}
    return query | more


def get(sandbox: Sandbox, start: float, end: float, *queries: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = sandbox.client("cloudwatch").get_metric_data(
        MetricDataQueries=list(queries), StartTime=start, EndTime=end, **more
    )
    return {found["Id"]: found for found in answer["MetricDataResults"]}


def minute() -> int:
    return int(time.time() // 60) * 60 - 120


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("Sum", 10.0),
        ("Average", 2.5),
        ("Minimum", 1.0),
        ("Maximum", 4.0),
        ("SampleCount", 4.0),
        ("p75", 3.0),
        ("TM(1:3)", 2.5),
        ("PR(:1)", 25.0),
        ("TC(:2)", 2.0),
    ],
)
def test_statistics_of_a_period(sandbox: Sandbox, statistic: str, expected: float) -> None:
    namespace, at = sandbox.name(), minute()
    put(sandbox, namespace, "m", at + 1, 1, 2, 3, 4)
    found = get(sandbox, at, at + 60, stat(namespace, "m", 60, statistic))
    assert found["m"]["Values"] == [expected]


def test_periods_begin_at_multiples_of_themselves_and_newest_comes_first(sandbox: Sandbox) -> None:
    namespace, at = sandbox.name(), minute()
    for second in (3, 9, 10, 29):
        put(sandbox, namespace, "m", at + second, 1)
    found = get(sandbox, at + 3, at + 34, stat(namespace, "m", 10, "Sum"))["m"]
    assert [moment.timestamp() - at for moment in found["Timestamps"]] == [20, 10, 0]
    assert found["Values"] == [1, 1, 2]
    ascending = get(sandbox, at, at + 30, stat(namespace, "m", 10, "Sum"), ScanBy="TimestampAscending")["m"]
    assert ascending["Values"] == [2, 1, 1]


def test_the_end_is_exclusive(sandbox: Sandbox) -> None:
    namespace, at = sandbox.name(), minute()
    put(sandbox, namespace, "m", at + 20, 1)
    assert get(sandbox, at, at + 20, stat(namespace, "m", 10, "Sum"))["m"]["Values"] == []
    assert get(sandbox, at, at + 30, stat(namespace, "m", 10, "Sum"))["m"]["Values"] == [1]


def test_namespace_and_dimensions_are_exact(sandbox: Sandbox) -> None:
    namespace, at = sandbox.name(), minute()
    put(sandbox, namespace, "m", at, 1)
    put(sandbox, namespace + "-other", "m", at, 2)
    put(sandbox, namespace, "m", at, 4, Dimensions=[*DIMENSIONS, {"Name": "x", "Value": "y"}])
    found = get(sandbox, at, at + 60, stat(namespace, "m", 60, "Sum"))
    assert found["m"]["Values"] == [1]
    assert get(sandbox, at, at + 60, stat(namespace, "m", 60, "Sum", dimensions=[]))["m"]["Values"] == []


def test_expressions_use_other_queries_and_only_what_is_asked_for_returns(sandbox: Sandbox) -> None:
    namespace, at = sandbox.name(), minute()
    put(sandbox, namespace, "bad", at, 1, 1)
    put(sandbox, namespace, "all", at, *[1] * 8)
    found = get(
        sandbox,
        at,
        at + 60,
        {"Id": "percent", "Expression": "rate * 100"},
        {"Id": "rate", "Expression": "bad / n", "ReturnData": False},
        stat(namespace, "bad", 60, "Sum", Id="bad", ReturnData=False),
        stat(namespace, "all", 60, "Sum", Id="n", ReturnData=False),
    )
    assert {name: result["Values"] for name, result in found.items()} == {"percent": [25.0]}


@pytest.mark.parametrize(
    "queries",
    [
        [{"Id": "e", "Expression": "e + 1"}],
        [{"Id": "e", "Expression": "nobody"}],
        [{"Id": "e", "Expression": "1 +"}],
        [stat("N", "m", 7, "Sum")],
        [stat("N", "m", 60, "p200")],
        [{"Id": "e"}],
        [stat("N", "m", 60, "Sum", Id="M1")],
        [stat("N", "m", 60, "Sum"), stat("N", "n", 60, "Sum")],
        [stat("N", "m", 60, "Sum", Id=f"m{number}") for number in range(501)],
    ],
    ids=["own", "unknown", "syntax", "period", "statistic", "nothing", "capital", "twice", "too many"],
)
def test_queries_that_make_no_sense_are_refused(sandbox: Sandbox, queries: list[dict[str, Any]]) -> None:
    with pytest.raises(ClientError) as refused:
        get(sandbox, minute(), minute() + 60, *queries)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_values_with_counts_and_statistic_sets(sandbox: Sandbox) -> None:
    namespace, at = sandbox.name(), minute()
    data: list[dict[str, Any]] = [
        {"MetricName": "m", "Timestamp": at, "Values": [1.0, 5.0], "Counts": [3.0, 1.0]},
        {
            "MetricName": "m",
            "Timestamp": at,
            "StatisticValues": {"SampleCount": 2, "Sum": 12, "Minimum": 2, "Maximum": 10},
        },
    ]
    sandbox.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)
    answer = sandbox.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName="m",
        StartTime=at,
        EndTime=at + 60,
        Period=60,
        Statistics=["Sum", "SampleCount", "Maximum"],
    )
    (point,) = answer["Datapoints"]
    assert (point["Sum"], point["SampleCount"], point["Maximum"]) == (20, 6, 10)


def test_metrics_are_listed_by_name_and_dimension(sandbox: Sandbox) -> None:
    namespace = sandbox.name()
    put(sandbox, namespace, "m", minute(), 1)
    put(sandbox, namespace, "other", minute(), 1, Dimensions=[])
    client = sandbox.client("cloudwatch")
    by_dimension = client.list_metrics(Namespace=namespace, Dimensions=[{"Name": "VariantName"}])["Metrics"]
    assert by_dimension == [{"Namespace": namespace, "MetricName": "m", "Dimensions": DIMENSIONS}]
    assert len(client.list_metrics(Namespace=namespace)["Metrics"]) == 2
