"""Alarms of asynchronous endpoints: what they publish, in which unit, under which dimensions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.checks.examine import examine
from infra.checks.given import examine_file
from infra.checks.synthesized import examine_stacks
from stacks.app import build
from tests.checks.pages import TODAY, ids, load

if TYPE_CHECKING:
    from pathlib import Path

QUEUED = """\
endpoints:
  documents:
    async: {from: "s3://scans/requests", to: "s3://scans/answers"}
    rollout:
      alarms:
        - {metric: error_rate, above: 5%}
        - {metric: latency, percentile: 95, above: 120s}
        - {metric: backlog, above: 100}
        - {metric: age, above: 30m}
"""
SERVERLESS = """\
endpoints:
  documents:
    instance: null
    serverless: {memory: 2048, concurrency: 10}
    rollout: {strategy: all_at_once, size: null, wait: 0s}
"""
ENDPOINT, VARIANT = {"EndpointName": "documents"}, {"EndpointName": "documents", "VariantName": "stable"}


def flagged(folder: Path, metric: str, dimensions: dict[str, str], **more: Any) -> set[str]:
    alarm = {
        "AlarmName": "theirs",
        "Namespace": "AWS/SageMaker",
        "MetricName": metric,
        "Statistic": "Average",
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 5,
        "TreatMissingData": "notBreaching",
    }
    file = folder / "alarms.json"
    file.write_text(json.dumps(alarm | more), encoding="utf-8")
    return ids(examine_file(file, [load(folder, QUEUED).environment]))


def test_our_own_alarms_are_right(tmp_path: Path) -> None:
    assert ids(examine(load(tmp_path, QUEUED), TODAY)) == set()


NIGHTLY = """\
endpoints:
  documents:
    async: {from: "s3://scans/requests", to: "s3://scans/answers", failures: "s3://scans/failed", max_concurrent: 4}
    autoscaling: {minimum: 0, maximum: 4, backlog_per_instance: 5}
    rollout: {strategy: all_at_once, size: null, wait: 0s, baking: 20m}
"""


def test_what_is_composed_for_a_fleet_that_may_be_empty_is_right(tmp_path: Path) -> None:
    environment = load(tmp_path, NIGHTLY).environment
    build([environment], tmp_path / "out").synth()
    assert ids(examine_stacks(tmp_path / "out", [environment])) == set()
    stack = json.loads((tmp_path / "out" / "stacks" / "prod-serving" / "cdk.tf.json").read_text())["resource"]
    policies = {each["policy_type"]: each for each in stack["aws_appautoscaling_policy"].values()}
    assert set(policies) == {"StepScaling", "TargetTrackingScaling"}
    tracking = policies["TargetTrackingScaling"]["target_tracking_scaling_policy_configuration"]
    assert tracking["customized_metric_specification"]["metric_name"] == "ApproximateBacklogSizePerInstance"
    (configuration,) = (
        each for each in stack["aws_sagemaker_endpoint_configuration"].values() if "async_inference_config" in each
    )
    queue = configuration["async_inference_config"]
    assert queue["client_config"] == {"max_concurrent_invocations_per_instance": 4}
    assert queue["output_config"] == {"s3_failure_path": "s3://scans/failed", "s3_output_path": "s3://scans/answers"}
    assert configuration["production_variants"][0]["initial_instance_count"].startswith("${max(1, coalesce(")


def test_alarms_that_nothing_is_taken_back_by_are_right_as_well(tmp_path: Path) -> None:
    assert ids(examine(load(tmp_path, SERVERLESS), TODAY)) == set()


@pytest.mark.parametrize("metric", ["Invocations", "InvocationModelErrors", "OverheadLatency"])
def test_what_a_queue_does_not_publish_is_flagged(tmp_path: Path, metric: str) -> None:
    assert "metric-of-another-kind" in flagged(tmp_path, metric, VARIANT)


@pytest.mark.parametrize(
    ("metric", "dimensions"),
    [("ApproximateBacklogSizePerInstance", ENDPOINT), ("InvocationFailures", VARIANT), ("ExpiredRequests", VARIANT)],
)
def test_what_it_publishes_is_not(tmp_path: Path, metric: str, dimensions: dict[str, str]) -> None:
    assert flagged(tmp_path, metric, dimensions, Statistic="Average") == set()


def test_the_guides_misspelling_is_no_metric(tmp_path: Path) -> None:
    assert "unknown-metric" in flagged(tmp_path, "InvocationsProcesssed", VARIANT)


@pytest.mark.parametrize(
    ("metric", "dimensions"), [("ApproximateBacklogSize", VARIANT), ("InvocationFailures", ENDPOINT)]
)
def test_the_queues_metrics_have_no_variant_and_the_others_have(
    tmp_path: Path, metric: str, dimensions: dict[str, str]
) -> None:
    assert "unknown-dimension" in flagged(tmp_path, metric, dimensions)


@pytest.mark.parametrize(
    ("metric", "dimensions", "unit"),
    [
        ("ApproximateBacklogSize", ENDPOINT, "None"),
        ("ApproximateAgeOfOldestRequest", ENDPOINT, "Milliseconds"),
        ("TotalProcessingTime", VARIANT, "Microseconds"),
    ],
)
def test_a_unit_that_is_another_is_flagged(
    tmp_path: Path, metric: str, dimensions: dict[str, str], unit: str
) -> None:
    assert "wrong-unit" in flagged(tmp_path, metric, dimensions, Unit=unit)


def test_an_age_in_milliseconds_is_never_reached(tmp_path: Path) -> None:
    assert "alarm-never-fires" in flagged(tmp_path, "ApproximateAgeOfOldestRequest", ENDPOINT, Threshold=600_000)


def test_an_answer_may_take_longer_than_a_minute(tmp_path: Path) -> None:
    dimensions = VARIANT | {"EndpointConfigName": "documents-8"}
    found = flagged(tmp_path, "ModelLatency", dimensions, Threshold=300_000_000)
    assert "latency-beyond-timeout" not in found


def test_a_period_below_a_minute_is_mostly_empty(tmp_path: Path) -> None:
    assert "period-below-publication" in flagged(tmp_path, "ApproximateBacklogSize", ENDPOINT, Period=10)
