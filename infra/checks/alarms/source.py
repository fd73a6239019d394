"""Checks on what an alarm reads: names, dimensions, periods and units that give it no data."""

from collections.abc import Iterator

from infra.checks.alarms.definition import Reading
from infra.checks.alarms.published import (
    COMMON,
    EVERY,
    INSTANCES,
    INVOCATIONS,
    METRICS,
    QUEUED,
    VARIANT,
    known_dimensions,
    published,
    sagemakers,
)
from infra.checks.alarms.watch import Watch
from infra.checks.check import error, warning
from infra.spec.forms import either
from infra.spec.images import model_versions
from infra.spec.rules.finding import Finding
from infra.spec.scalars import nearest

_OTHER = {INVOCATIONS: INSTANCES, INSTANCES: INVOCATIONS}


@error
def wrong_namespace(watch: Watch) -> Iterator[Finding]:
    """Invocations are in AWS/SageMaker, instances in /aws/sagemaker/Endpoints: elsewhere there is never a point."""
    for reading in watch.alarm.readings:
        home = next((space for space, metrics in METRICS.items() if reading.metric in metrics), None)
        if home and sagemakers(reading.namespace) and reading.namespace != home:
            yield Finding(("Namespace",), f"{reading.namespace} has no {reading.metric}", f"write {home}")


@error
def unknown_metric(watch: Watch) -> Iterator[Finding]:
    """A metric that SageMaker does not publish has no data, and CloudWatch does not say so."""
    known = [name for metrics in METRICS.values() for name in metrics]
    for reading in watch.alarm.readings:
        if sagemakers(reading.namespace) and reading.metric not in known:
            problem = f"{reading.metric} is no metric of SageMaker's endpoints"
            yield Finding(("MetricName",), problem, f"write {nearest(reading.metric, known)}")


@error
def metric_of_another_kind(watch: Watch) -> Iterator[Finding]:
    """Asynchronous endpoints publish no Invocations, and others no backlog: the alarm never has a point."""
    if watch.setting is None:
        return
    queued = watch.setting.endpoint.async_ is not None
    for reading in _of_the_endpoint(watch):
        if reading.namespace == INVOCATIONS and queued and reading.metric not in {*COMMON, *QUEUED}:
            problem = f"an asynchronous endpoint publishes no {reading.metric}"
            yield Finding(("MetricName",), problem, f"write {_instead(reading.metric)}")
        elif reading.metric in QUEUED and not queued:
            problem = f"{reading.metric} is of asynchronous endpoints, and {watch.setting.endpoint.name} is none"
            yield Finding(("MetricName",), problem, "watch Invocation5XXErrors or ModelLatency")


@error
def unknown_dimension(watch: Watch) -> Iterator[Finding]:
    """CloudWatch keeps one series per exact set of dimensions: with one too few or too many there is no data."""
    for reading in watch.alarm.readings:
        found = published(reading)
        if found and not known_dimensions(reading, found):
            given = ", ".join(reading.dimensions) or "none"
            sets = either([" + ".join(sorted(each)) for each in found.dimensions])
            problem = f"{reading.metric} is not published by {given}"
            yield Finding(("Dimensions",), problem, f"write {sets}")


@error
def unknown_variant(watch: Watch) -> Iterator[Finding]:
    """AllTraffic is no wildcard but the SDK's default name of a variant: ours are named stable and canary."""
    for reading in _of_the_endpoint(watch):
        variant = reading.dimensions.get("VariantName")
        known = [keys[-1] for keys, _ in model_versions(watch.setting.endpoint)] if watch.setting else []
        if variant is not None and "${" not in variant and variant not in known:
            problem = f"the endpoint has no variant {variant}"
            yield Finding(("Dimensions",), problem, f"write VariantName {either(known)}")


@error
def another_endpoint(watch: Watch) -> Iterator[Finding]:
    """An alarm on another endpoint's metrics takes this one's deployments back for the other's faults."""
    setting = watch.setting
    named = {
        reading.dimensions["EndpointName"] for reading in watch.alarm.readings if "EndpointName" in reading.dimensions
    }
    if setting and named and all("${" not in name for name in named) and setting.endpoint.name not in named:
        problem = f"watches {', '.join(sorted(named))}, and is attached to {setting.endpoint.name}"
        yield Finding(("Dimensions",), problem, f"write EndpointName {setting.endpoint.name}")


@warning
def whole_endpoint_is_watched(watch: Watch) -> Iterator[Finding]:
    """Without EndpointConfigName the alarm counts the old fleet, too, whose errors stop the deploy that mends it."""
    setting = watch.setting
    if setting is None or setting.plan is not None or setting.endpoint.serverless:
        return
    narrow = {reading.metric for reading in watch.alarm.readings if "EndpointConfigName" in reading.dimensions}
    for reading in watch.alarm.readings:
        # Of a queue's metrics none tells the fleets apart; one that is read of both is set against the old fleet's.
        if reading.metric in {*QUEUED, *narrow}:
            continue
        if reading.namespace == INVOCATIONS and set(reading.dimensions) == VARIANT:
            problem = f"{reading.metric} counts the old fleet, too"
            fix = "let Serinus make the alarm (alarms: ...), which counts the new fleet only"
            yield Finding(("Dimensions",), problem, fix)
            return


@error
def period_below_publication(watch: Watch) -> Iterator[Finding]:
    """SageMaker publishes once a minute: shorter periods are mostly empty."""
    local = watch.setting is not None and watch.setting.environment.state.local
    for reading in watch.alarm.readings:
        if published(reading) and reading.period < EVERY and not local:
            problem = f"is {reading.period} s, and {reading.metric} has a point each minute"
            yield Finding(("Period",), problem, "write 60")
            return


@error
def wrong_unit(watch: Watch) -> Iterator[Finding]:
    """A unit is a filter, no conversion: with another one than the metric's the alarm has no data."""
    for reading in watch.alarm.readings:
        found = published(reading)
        if found and reading.unit not in {"", found.unit}:
            problem = f"{reading.metric} is published in {found.unit}, not in {reading.unit}"
            yield Finding(("Unit",), problem, "leave Unit out")


def _instead(metric: str) -> str:
    """Name what an asynchronous endpoint has in its place."""
    instead = {
        "Invocations": "InvocationsProcessed",
        "InvocationsPerInstance": "ApproximateBacklogSizePerInstance",
        "InvocationModelErrors": "InvocationFailures",
        "OverheadLatency": "TimeInBacklog",
    }
    return instead.get(metric, "InvocationFailures, InvocationsProcessed or ModelLatency")


def _of_the_endpoint(watch: Watch) -> Iterator[Reading]:
    for reading in watch.alarm.readings:
        if watch.setting and reading.dimensions.get("EndpointName") == watch.setting.endpoint.name:
            yield reading
