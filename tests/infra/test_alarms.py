"""The alarms' queries, computed by CloudWatch's own metric math as the sandbox has it (no jsii, no server)."""

from dataclasses import replace
from typing import Any

import pytest

from infra.alarms import MetricAlarm, canary_alarms, fleet_alarm_names, fleet_alarms
from infra.metrics import Query
from infra.spec import Endpoint, ErrorRateBound, LatencyBound, Native, Progressive, Strategy
from lambdas.rollout.guardrails import Alarm, Counts, ErrorRate, Latency, Quality, Value, Values
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.quantities import Metric, Quantity
from sandbox.cloudwatch.math_evaluate import Scope, evaluate
from sandbox.cloudwatch.math_syntax import parse
from tests.stacks.specs import ENDPOINT, V2

GUARDS = (
    ErrorRate(alarm_above=0.05, alarm=Alarm(min_requests=20)),
    Latency(alarm_above=1.5, alarm=Alarm(min_requests=20)),
)
ROLLING_OUT = replace(
    ENDPOINT, canary=V2, rollout=Progressive("progressive", Plan((Step(10_000, 600, 900),), GUARDS))
)


def alarms(endpoint: Endpoint = ROLLING_OUT) -> dict[str, MetricAlarm]:
    made = (*canary_alarms("test", endpoint, 60), *fleet_alarms("test", endpoint, 60, ["a-config"]))
    return {alarm.name.removeprefix("serinus.test.mortgage."): alarm for alarm in made}


def fires(alarm: MetricAlarm, **points: float) -> bool:
    """Whether one period with these points (by query id; absent: no data) is above the threshold."""
    value = compute(alarm.queries, points)
    return value is not None and value > alarm.threshold


def compute(queries: tuple[Query, ...], points: dict[str, float]) -> float | None:
    known: dict[str, Any] = {}
    for query in queries:
        name = query["id"]
        if "metric" in query:
            known[name] = {0: points[name]} if name in points else {}
        else:
            known[name] = evaluate(parse(query["expression"]), Scope(known.__getitem__, [], [0], 60))
    final = known[queries[-1]["id"]]
    return final.get(0) if isinstance(final, dict) else None


HEALTHY_STABLE = {"stable_n": 900.0, "stable_e0": 9.0, "stable_e1": 9.0}


@pytest.mark.parametrize(
    ("canary", "stable", "expected"),
    [
        pytest.param((100, 1, 1), HEALTHY_STABLE, False, id="as good as stable"),
        pytest.param((1000, 80, 80), HEALTHY_STABLE, False, id="7 points worse, 2 of them may be chance"),
        pytest.param((100, 8, 8), HEALTHY_STABLE, False, id="7 points worse on few requests may be chance"),
        pytest.param((1000, 100, 100), HEALTHY_STABLE, True, id="9 points worse"),
        pytest.param((100, 0, 13), HEALTHY_STABLE, True, id="timeouts are model errors alone"),
        pytest.param((100, 5, 5), HEALTHY_STABLE, False, id="a 5xx is counted once although in both metrics"),
        pytest.param((19, 19, 19), HEALTHY_STABLE, False, id="too few requests to speak"),
        pytest.param((100, 50, 50), {"stable_n": 900.0, "stable_e0": 450.0, "stable_e1": 450.0}, False, id="both"),
        pytest.param((20, 20, 20), HEALTHY_STABLE, True, id="everything fails"),
        pytest.param((100, 20, 20), {}, True, id="stable serves nothing: its rate is 0"),
        pytest.param((900, 50, 50), {}, False, id="stable serves nothing, 5.5 % is not 5 % and chance"),
    ],
)
def test_the_canary_alarm_compares_error_rates(
    canary: tuple[float, float, float], stable: dict[str, float], *, expected: bool
) -> None:
    points = dict(zip(("canary_n", "canary_e0", "canary_e1"), canary, strict=True)) | stable
    assert fires(alarms()["canary.error_rate"], **points) is expected


def test_a_canary_without_traffic_is_silent() -> None:
    for name in ("canary.error_rate", "canary.latency_p95"):
        assert not fires(alarms()[name], stable_n=900.0, stable_e0=0.0, stable_e1=0.0, stable_latency=10.0)


@pytest.mark.parametrize(
    ("canary", "stable", "expected"),
    [
        pytest.param((100, 160_000), (900, 100_000), True, id="1.6 times stable"),
        pytest.param((100, 140_000), (900, 100_000), False, id="1.4 times stable"),
        pytest.param((100, 900_000), (10, 100_000), False, id="too few requests on stable"),
        pytest.param((10, 900_000), (900, 100_000), False, id="too few requests on the canary"),
    ],
)
def test_the_canary_alarm_compares_latency(
    canary: tuple[float, float], stable: tuple[float, float], *, expected: bool
) -> None:
    points = dict(zip(("canary_n", "canary_latency", "stable_n", "stable_latency"), (*canary, *stable), strict=True))
    alarm = alarms()["canary.latency_p95"]
    assert fires(alarm, **points) is expected
    assert {query["metric"]["stat"] for query in alarm.queries if query["id"].endswith("latency")} == {"p95"}


def test_the_fleet_alarm_is_absolute_and_counts_one_configuration() -> None:
    alarm = alarms()["stable.error_rate"]
    assert fires(alarm, stable_n=100.0, stable_e0=6.0, stable_e1=6.0)
    assert not fires(alarm, stable_n=100.0, stable_e0=5.0, stable_e1=5.0)
    metrics = [query["metric"] for query in alarm.queries if "metric" in query]
    assert all(metric["dimensions"]["EndpointConfigName"] == "a-config" for metric in metrics)


def test_an_alarm_looks_as_often_as_its_guardrail_says() -> None:
    alarm = alarms()["canary.error_rate"]
    assert alarm.firing == Alarm(breaches=2, periods=3, min_requests=20)
    assert {query["metric"]["period"] for query in alarm.queries if "metric" in query} == {60}
    assert [query["id"] for query in alarm.queries if query.get("return_data")] == ["excess"]


def test_the_names_that_cannot_change_do_not_depend_on_the_guardrails() -> None:
    latency_only = Progressive("progressive", Plan((Step(10_000, 600, 900),), (Latency(),)))
    names = {fleet_alarm_names("test", replace(ROLLING_OUT, rollout=r)) for r in (latency_only, ROLLING_OUT.rollout)}
    assert names == {("serinus.test.mortgage.stable.error_rate",)}


def test_what_sagemaker_does_not_measure_or_a_fixed_bound_holds_has_no_alarm_on_the_canary() -> None:
    shop = Quantity("Shop", "Late")
    others = (
        ErrorRate(at_most=0.01),
        Latency(at_most=250),
        Quality("recall"),
        Value("revenue"),
        Counts("counts", "late", shop, shop),
        Values("values", "wait", Metric("Shop", "Wait")),
    )
    plan = Plan((Step(10_000, 600, 900),), (*others, *GUARDS))
    endpoint = replace(ROLLING_OUT, rollout=Progressive("progressive", plan))
    assert set(alarms(endpoint)) == {"canary.error_rate", "canary.latency_p95", "stable.error_rate"}
    assert set(alarms(endpoint)) == set(alarms())


def test_native_bounds_become_fleet_alarms_beside_existing_ones() -> None:
    bounds = (ErrorRateBound("error_rate", 0.02), LatencyBound("latency", above=800, percentile=99))
    native = Native("native", Strategy.ALL_AT_ONCE, alarms=bounds, existing_alarms=("theirs",))
    endpoint = replace(ENDPOINT, rollout=native)
    made = alarms(endpoint)
    assert fires(made["stable.latency_p99"], stable_n=100.0, stable_latency=801_000.0)
    assert not fires(made["stable.latency_p99"], stable_n=100.0, stable_latency=800_000.0)
    assert fleet_alarm_names("test", endpoint) == (
        "serinus.test.mortgage.stable.error_rate",
        "serinus.test.mortgage.stable.latency_p99",
        "theirs",
    )
