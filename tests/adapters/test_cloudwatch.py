"""The metrics port over the sandbox's CloudWatch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm

if TYPE_CHECKING:
    from tests.conftest import Sandbox

PERIOD = 10


def _put(sandbox: Sandbox, endpoint: str, variant: str, name: str, at: float, values: list[float]) -> None:
    sandbox.client("cloudwatch").put_metric_data(
        Namespace="AWS/SageMaker",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [
                    {"Name": "EndpointName", "Value": endpoint},
                    {"Name": "VariantName", "Value": variant},
                ],
                "Timestamp": at,
                "Values": values,
                "StorageResolution": 1,
            }
        ],
    )


def _now() -> float:
    return time.time() // PERIOD * PERIOD


def test_counts_come_per_complete_period_and_arm(sandbox: Sandbox) -> None:
    endpoint, now = sandbox.name("endpoint"), _now()
    for variant, requests in (("canary", 3), ("stable", 5)):
        for back in (40, 30):
            _put(sandbox, endpoint, variant, "Invocations", now - back + 1, [1.0] * requests)
    _put(sandbox, endpoint, "canary", "Invocation5XXErrors", now - 30 + 2, [1.0, 0.0, 0.0])
    _put(sandbox, endpoint, "canary", "InvocationModelErrors", now - 30 + 2, [1.0, 1.0, 0.0])
    _put(sandbox, endpoint, "canary", "Invocations", now + 1, [1.0] * 9)
    metrics = CloudWatchMetrics(sandbox.client("cloudwatch"), PERIOD, delay=0)
    assert metrics.error_tables(endpoint, now - 35, now + 5) == (
        Table(now - 40, Arm(0, 3), Arm(0, 5)),
        Table(now - 30, Arm(2, 3), Arm(0, 5)),
    )


def test_a_period_counts_only_after_the_delay(sandbox: Sandbox) -> None:
    endpoint, now = sandbox.name("endpoint"), _now()
    _put(sandbox, endpoint, "canary", "Invocations", now - 20 + 1, [1.0])
    metrics = CloudWatchMetrics(sandbox.client("cloudwatch"), PERIOD, delay=15)
    assert metrics.error_tables(endpoint, now - 60, now) == ()
    assert len(metrics.error_tables(endpoint, now - 60, now + 5)) == 1


def test_no_time_and_no_traffic_are_no_tables(sandbox: Sandbox) -> None:
    metrics = CloudWatchMetrics(sandbox.client("cloudwatch"), PERIOD, delay=0)
    assert metrics.error_tables("nowhere", 100.0, 100.0) == ()
    assert metrics.error_tables("nowhere", time.time() - 100, time.time()) == ()


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
    (firing,) = metrics.firing([*names, "unknown"])
    assert (firing.name, firing.reason) == (names[0], f"alarm {names[0]}: too many errors (20 > 5)")
    assert before <= firing.since <= time.time() + 1
    assert metrics.firing([]) == ()


@pytest.mark.parametrize("asked", [100.4, 109.9])
def test_the_interval_is_aligned_to_periods(sandbox: Sandbox, asked: float) -> None:
    metrics = CloudWatchMetrics(sandbox.client("cloudwatch"), PERIOD, delay=0)
    assert metrics.error_tables("nowhere", asked, asked) == ()
