"""What CloudWatch alone can show of the metrics port: its statistics, its delay, its limits, its alarms."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.rollout.catalogue import Period, Query, observed, queries, table
from lambdas.rollout.guardrails import Calibration, DisparateImpact, ErrorRate, Fairness
from lambdas.rollout.judge.tables import Observed, Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.ports import Firing, UnansweredError
from lambdas.rollout.quantities import Metric, Quantity
from lambdas.rollout.recipes import LATENCY
from tests.adapters.metric_data import put

if TYPE_CHECKING:
    from tests.conftest import Sandbox

PERIOD = 10
LOSSES = Query(CANARY, Quantity("Serinus", "Losses"))


def _now() -> float:
    return time.time() // 60 * 60


def _metrics(sandbox: Sandbox, delay: int = 0) -> CloudWatchMetrics:
    return CloudWatchMetrics(sandbox.client("cloudwatch"), PERIOD, delay)


def test_errors_are_counted_per_arm(sandbox: Sandbox) -> None:
    endpoint, now, asked = sandbox.name("endpoint"), _now(), queries(ErrorRate(), None)
    given: list[list[float]] = [[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]
    for query, values in zip(asked, given, strict=True):
        put(sandbox, endpoint, query, now - 59, values)
    (period,) = _metrics(sandbox).read(endpoint, asked, now - 60, now)
    assert table(ErrorRate(), period) == Table(now - 60, Arm(2, 3), Arm(0, 4))


def test_groups_are_counted_apart_and_pairs_of_them_on_one_variant(sandbox: Sandbox) -> None:
    endpoint, now = sandbox.name("endpoint"), _now()
    parity = Fairness("demographic_parity", ("race=black",))
    impact = DisparateImpact("disparate_impact", ("race=black",), "race=white")
    counted = {"canary race=black": (6.0, 20.0), "stable race=black": (9.0, 90.0), "canary race=white": (5.0, 50.0)}
    asked = {str(query): query for each in (parity, impact) for query in queries(each, None)}
    for query in asked.values():
        bad, total = counted[f"{query.variant} {query.quantity.dimensions['Group']}"]
        put(sandbox, endpoint, query, now - 59, [bad if query.quantity.name == "Unfavourable" else total])
    for guardrail, wanted in ((parity, (Arm(6, 20), Arm(9, 90))), (impact, (Arm(45, 50), Arm(14, 20)))):
        (period,) = _metrics(sandbox).read(endpoint, queries(guardrail, None), now - 60, now)
        assert table(guardrail, period) == Table(now - 60, *wanted)


def test_what_scores_expect_is_read_in_full(sandbox: Sandbox) -> None:
    endpoint, now, judged = sandbox.name("endpoint"), _now(), Calibration("calibration")
    asked = queries(judged, None)
    given: list[list[float]] = [[1, 1], [2], [1], [16], [0.9, 0.25, 1.3]]
    for query, values in zip(asked, given, strict=True):
        put(sandbox, endpoint, query, now - 59, values)
    (period,) = _metrics(sandbox).read(endpoint, asked, now - 60, now)
    found = observed(period)
    assert found
    assert found._replace(expected=0.0) == Observed(now - 60, 3, 21, 0.0)
    assert found.expected == pytest.approx(2.45)


def test_a_period_counts_only_after_the_delay(sandbox: Sandbox) -> None:
    endpoint, now = sandbox.name("endpoint"), _now()
    put(sandbox, endpoint, LOSSES, now - 19, [1.0])
    metrics = _metrics(sandbox, delay=15)
    assert metrics.read(endpoint, [LOSSES], now - 60, now) == ()
    assert metrics.read(endpoint, [LOSSES], now - 60, now + 5) == (Period(now - 20, (1.0,)),)


def _latency(stat: str) -> Query:
    return Query(STABLE, Quantity(LATENCY.namespace, LATENCY.name, stat=stat))


def test_latencies_are_counted_up_to_an_edge_that_is_included(sandbox: Sandbox) -> None:
    endpoint, now = sandbox.name("endpoint"), _now()
    put(sandbox, endpoint, _latency("Sum"), now - 60, [90_000.5, 100_000.0, 100_000.25, 250_000.0])
    asked = [_latency(stat) for stat in ("SampleCount", "TC(:100000)", "TC(:100000.25)", "p50", "p99.9")]
    assert _metrics(sandbox).read(endpoint, asked, now - 60, now)[0].values == (4.0, 2.0, 3.0, 100_000.0, 250_000.0)


def test_a_summary_has_quantiles_of_the_whole_interval(sandbox: Sandbox) -> None:
    endpoint, now = sandbox.name("endpoint"), _now()
    for minutes in range(1, 11):
        put(sandbox, endpoint, _latency("Sum"), now - 60 * minutes, [1_000.0 * minutes] * 10)
    asked = [_latency(stat) for stat in ("SampleCount", "p50", "p90", "p99.5")]
    assert _metrics(sandbox).summary(endpoint, asked, now - 600.5, now) == (100.0, 5_000.0, 9_000.0, 10_000.0)


def _ratio(variant: str) -> Query:
    dimensions = {"Route": "/{endpoint}/{variant}"}
    metrics = {name: Metric("Shop", name.capitalize(), dimensions) for name in ("late", "later")}
    return Query(variant, Quantity(expression="100 * (late + later)", metrics=metrics))


def test_expressions_do_not_mix_up_their_inputs(sandbox: Sandbox) -> None:
    endpoint, now = sandbox.name("endpoint"), _now()
    for variant, late, later in ((CANARY, 1.0, 2.0), (STABLE, 4.0, 8.0)):
        for name, value in (("Late", late), ("Later", later)):
            sandbox.client("cloudwatch").put_metric_data(
                Namespace="Shop",
                MetricData=[
                    {
                        "MetricName": name,
                        "Dimensions": [{"Name": "Route", "Value": f"/{endpoint}/{variant}"}],
                        "Timestamp": now - 60,
                        "Value": value,
                    }
                ],
            )
    asked = [_ratio(CANARY), LOSSES, _ratio(STABLE)]
    (period,) = _metrics(sandbox).read(endpoint, asked, now - 60, now)
    assert period.values == (300.0, None, 1_200.0)
    assert _metrics(sandbox).summary(endpoint, asked, now - 600, now) == (300.0, None, 1_200.0)


def test_more_queries_than_one_call_takes_are_read_in_several(sandbox: Sandbox) -> None:
    endpoint, now = sandbox.name("endpoint"), _now()
    put(sandbox, endpoint, LOSSES, now - 60, [3.0])
    asked = [*[LOSSES] * 400, *[_ratio(STABLE)] * 50, LOSSES]
    (period,) = _metrics(sandbox).read(endpoint, asked, now - 60, now)
    assert period.values == (*[3.0] * 400, *[None] * 50, 3.0)


def _answering(*results: tuple[str, list[float]]) -> CloudWatchMetrics:
    """A CloudWatch that answers to one query, page by page, with a status and values at 0 s, 60 s and so on."""
    client = boto3.client("cloudwatch", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    stubber = Stubber(client)
    for page, (status, values) in enumerate(results):
        times = [datetime.fromtimestamp(60 * index, UTC) for index in range(len(values))]
        result = {"Id": "q0", "Label": "x", "StatusCode": status, "Timestamps": times, "Values": values}
        token = {"NextToken": f"page {page + 1}"} if page + 1 < len(results) else {}
        stubber.add_response("get_metric_data", {"MetricDataResults": [result], **token})
    stubber.activate()
    return CloudWatchMetrics(client, 60, delay=0)


def test_a_data_point_that_is_no_number_is_none() -> None:
    metrics = _answering(("Complete", [float("nan"), 2.0, float("inf")]))
    assert metrics.read("x", [LOSSES], 0, 180) == (Period(60.0, (2.0,)),)


@pytest.mark.parametrize("status", ["InternalError", "Forbidden"])
def test_an_answer_that_failed_is_not_taken_for_no_data(status: str) -> None:
    with pytest.raises(UnansweredError, match=status):
        _answering((status, [])).read("x", [LOSSES], 0, 180)
    assert _answering((status, []), ("Complete", [1.0])).read("x", [LOSSES], 0, 180) == (Period(0.0, (1.0,)),)


def test_of_two_data_points_over_the_whole_interval_the_later_one_is_taken() -> None:
    assert _answering(("Complete", [1.0, 2.0])).summary("x", [LOSSES], 0, 90) == (2.0,)


def test_only_alarms_in_alarm_fire_with_their_reason_and_time(sandbox: Sandbox) -> None:
    client, names = sandbox.client("cloudwatch"), [sandbox.name("alarm") for _ in range(2)]
    for name in names:
        client.put_metric_alarm(
            AlarmName=name,
            AlarmDescription="too many errors",
            Namespace="Test",
            MetricName=name,
            Period=60,
            Statistic="Sum",
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="ignore",
        )
    before = time.time() - 1
    client.set_alarm_state(AlarmName=names[0], StateValue="ALARM", StateReason="20 > 5")
    metrics = CloudWatchMetrics(client, PERIOD, delay=0)
    firing, gone = metrics.firing([*names, "unknown"])
    assert (firing.name, firing.reason) == (names[0], f"alarm {names[0]}: too many errors (20 > 5)")
    assert before <= firing.since <= time.time() + 1
    assert gone == Firing("unknown", 0.0, "alarm unknown does not exist")
    assert metrics.firing([]) == ()
