"""The pure parts: what a policy means for traffic, who answers, what is refused, how things are shown."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.sagemaker import describe, record, routing, validate
from sandbox.sagemaker.describe import Identity
from sandbox.sagemaker.fleet import Fleet, Progress, State, Variant
from sandbox.sagemaker.policy import retreat, stages
from sandbox.sagemaker.refusal import Refused
from sandbox.sagemaker.settings import Settings, from_environment
from tests.sandbox.sagemaker.hosting import blue_green


def percent(value: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def canary(value: int, wait: int = 60) -> dict[str, Any]:
    return {"Type": "CANARY", "WaitIntervalInSeconds": wait, "CanarySize": percent(value)}


def linear(value: int, wait: int = 60) -> dict[str, Any]:
    return {"Type": "LINEAR", "WaitIntervalInSeconds": wait, "LinearStepSize": percent(value)}


def rolling(value: int, **more: Any) -> dict[str, Any]:
    return {"RollingUpdatePolicy": {"MaximumBatchSize": percent(value), "WaitIntervalInSeconds": 60} | more}


def variant(name: str, weight: float = 1.0, progress: Progress | None = None) -> Variant:
    return Variant(name, "model", "image", "ml.m5.large", weight, weight, 1, 1, 0.0, None, progress)


policies = st.one_of(
    st.none(),
    st.builds(lambda wait: blue_green(wait=wait), st.integers(0, 3600)),
    st.builds(
        lambda size, gap, wait: blue_green(canary(size, gap), wait=wait),
        st.integers(1, 50),
        *[st.integers(0, 3600)] * 2,
    ),
    st.builds(
        lambda size, gap, wait: blue_green(linear(size, gap), wait=wait),
        st.integers(10, 50),
        *[st.integers(0, 3600)] * 2,
    ),
    st.builds(rolling, st.integers(5, 50)),
)


@given(policies, st.integers(2, 60))
def test_every_policy_gives_the_new_fleet_more_and_more_and_at_last_everything(policy: Any, instances: int) -> None:
    plan = stages(policy, instances)
    shares = [stage.share for stage in plan]
    assert shares == sorted(set(shares))
    assert shares[0] > 0
    assert shares[-1] == 1
    assert all(stage.share == stage.instances / instances for stage in plan)


@given(st.integers(5, 50), st.integers(2, 60))
def test_rolling_launches_every_instance_once_and_no_batch_is_larger_than_asked(size: int, instances: int) -> None:
    batches = [stage.batch for stage in stages(rolling(size), instances)]
    assert sum(batches) == instances
    assert max(batches) <= max(1, -(-instances * size // 100))


@given(policies, st.integers(2, 60), st.data())
def test_a_rollback_leaves_fewer_and_fewer_and_at_last_none(policy: Any, instances: int, data: Any) -> None:
    serving = data.draw(st.integers(1, instances))
    left = retreat(policy, instances, serving)
    assert list(left) == sorted(set(left), reverse=True)
    assert left[-1] == 0
    assert left[0] < serving


@pytest.mark.parametrize(
    ("policy", "serving", "expected"),
    [
        (None, 10, (0,)),
        (blue_green(linear(10)), 7, (0,)),  # blue/green: everything at once
        (rolling(50), 5, (0,)),  # 100 % where nothing is said
        (rolling(50, RollbackMaximumBatchSize=percent(20)), 5, (3, 1, 0)),
        (rolling(50, RollbackMaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 5}), 10, (5, 0)),
    ],
)
def test_rollbacks_of_ten_instances(policy: Any, serving: int, expected: tuple[int, ...]) -> None:
    assert retreat(policy, 10, serving) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, [(1.0, 0)]),
        (blue_green(wait=300), [(1.0, 300)]),
        (blue_green(canary(10), wait=300), [(0.1, 60), (1.0, 300)]),
        (blue_green(canary(11), wait=300), [(0.2, 60), (1.0, 300)]),  # whole instances
        (blue_green(linear(33), wait=9), [(0.4, 60), (0.8, 60), (1.0, 9)]),
        (rolling(50), [(0.5, 60), (1.0, 60)]),
    ],
)
def test_stages_of_ten_instances(policy: Any, expected: list[tuple[float, float]]) -> None:
    assert [(stage.share, stage.seconds) for stage in stages(policy, 10)] == expected


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=5), st.floats(0, 1, exclude_max=True))
def test_a_variant_without_weight_is_never_drawn(weights: list[int], draw: float) -> None:
    fleet = Fleet("config", tuple(variant(str(place), weight) for place, weight in enumerate(weights)))
    drawn = routing.by_weight(fleet, draw)
    assert (drawn is None) == (sum(weights) == 0)
    assert drawn is None or drawn.current_weight > 0


@given(st.lists(st.integers(0, 50), min_size=1, max_size=4))
def test_draws_spread_as_the_weights_say(weights: list[int]) -> None:
    fleet = Fleet("config", tuple(variant(str(place), weight) for place, weight in enumerate(weights)))
    total = sum(weights)
    counts = Counter(routing.by_weight(fleet, (step + 0.5) / total) for step in range(total))
    assert [counts[each] for each in fleet.variants] == weights


def test_a_shadow_samples_by_its_weight_relative_to_productions() -> None:
    half = Fleet("config", (variant("stable", 2),), (variant("shadow", 1),))
    assert routing.shadows(half, half.variants[0], 0.49)
    assert not routing.shadows(half, half.variants[0], 0.5)


@pytest.mark.parametrize(
    ("deployment", "counts", "why"),
    [
        (blue_green(canary(51)), [10], "CanarySize"),
        (blue_green(canary(50)), [1], "50% of a variant's total instance count, which is 1"),
        (blue_green(linear(9)), [10], "LinearStepSize"),
        (blue_green({"CanarySize": percent(10)}), [10], "CanarySize must be specified exactly"),
        (blue_green({"Type": "CANARY"}), [10], "CanarySize must be specified exactly"),
        (blue_green(wait=3601), [1], "TerminationWaitInSeconds"),
        (blue_green({"WaitIntervalInSeconds": 3601}), [1], "WaitIntervalInSeconds"),
        (blue_green(alarms=tuple("abcdefghijk")), [1], "1 to 10 alarms"),
        (rolling(51), [10], "MaximumBatchSize"),
        (rolling(4), [100], "MaximumBatchSize"),
        (rolling(50), [2, 2], "multiple production variants"),
        (rolling(50, MaximumExecutionTimeoutInSeconds=599), [2], "MaximumExecutionTimeoutInSeconds"),
        (rolling(50) | blue_green(), [2], "Only one of"),
    ],
)
def test_deployment_configurations_that_are_refused(deployment: Any, counts: list[int], why: str) -> None:
    with pytest.raises(Refused, match=why):
        validate.deployment(deployment, counts)


@pytest.mark.parametrize("deployment", [{}, blue_green(canary(50)), blue_green(linear(10), wait=3600), rolling(50)])
def test_deployment_configurations_that_are_fine(deployment: Any) -> None:
    validate.deployment(deployment, [4])


def asked(name: str = "stable", **more: Any) -> dict[str, Any]:
    return {"VariantName": name, "InstanceType": "ml.c7g.large", "InitialInstanceCount": 1} | more


@pytest.mark.parametrize(
    ("production", "shadow", "why"),
    [
        ([], [], "productionVariants"),
        ([asked(str(each)) for each in range(11)], [], "productionVariants"),
        ([asked(), asked()], [], "Duplicate variant names"),
        ([asked("bad_name")], [], "variantName"),
        ([asked(InitialVariantWeight=-1)], [], "initialVariantWeight"),
        ([asked(InitialInstanceCount=0)], [], "initialInstanceCount"),
        ([asked(InstanceType="m5.large")], [], "instanceType"),
        ([asked(ServerlessConfig={})], [], "beside ServerlessConfig"),
        ([asked(), asked("canary")], [asked("shadow")], "Only one production variant and one shadow variant"),
    ],
)
def test_variants_that_are_refused(production: Any, shadow: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        validate.variants(production, shadow)


def test_an_event_has_upper_case_status_milliseconds_the_pending_fleet_and_no_reason() -> None:
    blue, green = (
        Fleet("old", (variant("stable", 0.0),)),
        Fleet("new", (variant("stable", progress=Progress("Baking", "Baking for 1 seconds", 3.5)),)),
    )
    identity = Identity("e", "arn:e", 1.25)
    state = State("Updating", "old", 2.5, blue, green, started=3.0, failure="of the last time")
    detail = describe.event(identity, state, {"team": "risk"})
    assert detail == {
        "EndpointName": "e",
        "EndpointArn": "arn:e",
        "EndpointConfigName": "old",
        "ProductionVariants": [shown(0.0)],
        "EndpointStatus": "UPDATING",
        "CreationTime": 1250,
        "LastModifiedTime": 2500,
        "Tags": {"team": "risk"},
        "PendingDeploymentSummary": {
            "EndpointConfigName": "new",
            "StartTime": 3000,
            "ProductionVariants": [
                shown(1.0)
                | {
                    "VariantStatus": [
                        {"Status": "Baking", "StatusMessage": "Baking for 1 seconds", "StartTime": 3500}
                    ]
                }
            ],
        },
    }
    in_service = describe.event(identity, State("InService", "old", 2.5, blue), {})
    assert in_service["EndpointStatus"] == "IN_SERVICE"


def shown(weight: float) -> dict[str, Any]:
    return {
        "VariantName": "stable",
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        "CurrentInstanceCount": 1,
        "DesiredInstanceCount": 1,
    }


def test_captured_bodies_are_base64_unless_their_content_type_is_listed() -> None:
    capture = {
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    exchange = record.Exchange("e", "v", "id", None, b"1,2", "text/csv; charset=utf-8", b"\xff", "x/y", 0.0)
    captured = json.loads(record.line(capture, exchange))["captureData"]
    assert (captured["endpointInput"]["encoding"], captured["endpointInput"]["data"]) == ("CSV", "1,2")
    assert captured["endpointOutput"]["encoding"] == "BASE64"
    assert base64.b64decode(captured["endpointOutput"]["data"]) == b"\xff"


def test_a_capture_file_lies_in_its_hour() -> None:
    capture = {"DestinationS3Uri": "s3://bucket"}
    assert record.folder(capture, "e", "v", 1_700_000_000.0) == ("bucket", "e/v/2023/11/14/22")
    assert record.file_name(1_700_000_000.25, "u") == "13-20-250-u.jsonl"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SAGEMAKER_PROVISIONING", "7.5")
    assert from_environment() == Settings(provisioning=7.5)
