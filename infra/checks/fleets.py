"""Checks on instances, and on whether they carry what the steps send them."""

import math
from collections.abc import Iterator

from infra.checks.check import warning
from infra.checks.setting import Setting
from infra.spec.endpoint import Autoscaling, Traffic
from infra.spec.rollout import Native, Progressive, StableFleet
from infra.spec.rules.endpoints import smallest_fleet
from infra.spec.rules.finding import Finding
from infra.spec.units import percentage
from lambdas.rollout.plan import FULL


@warning
def single_instance(setting: Setting) -> Iterator[Finding]:
    """One instance is one Availability Zone: when it goes, so does the endpoint."""
    # An asynchronous endpoint's requests wait until there is another one.
    if setting.protected and not setting.endpoint.async_ and smallest_fleet(setting.endpoint) == 1:
        key = ("autoscaling", "minimum") if setting.endpoint.autoscaling else ("instance", "count")
        yield Finding(key, "leaves the endpoint to a single Availability Zone", "write 2 or more")


@warning
def canary_fleet_too_small(setting: Setting) -> Iterator[Finding]:
    """A canary with fewer instances than stable must carry all traffic at 100 %, and fails there for load alone."""
    endpoint = setting.endpoint
    stable = endpoint.instance_for(endpoint.stable)
    canary = endpoint.canary and endpoint.canary.instance
    if stable and canary and not endpoint.autoscaling and canary.type == stable.type and canary.count < stable.count:
        problem = f"is to carry what {stable.count} instances of stable carry"
        yield Finding(("canary", "instance", "count"), problem, f"write {stable.count}, or add autoscaling")


@warning
def canary_on_other_instance(setting: Setting) -> Iterator[Finding]:
    """On another instance type the judge compares machines, not models."""
    endpoint = setting.endpoint
    stable = endpoint.instance_for(endpoint.stable)
    canary = endpoint.canary and endpoint.instance_for(endpoint.canary)
    if stable and canary and canary.type != stable.type:
        at = ("canary" if endpoint.canary and endpoint.canary.instance else "stable", "instance", "type")
        problem = (
            f"differs between canary ({canary.type}) and stable ({stable.type}): latency says nothing of the model"
        )
        yield Finding(at, problem, "roll the new instance type out first, with the old model")


@warning
def autoscaling_below_traffic(setting: Setting) -> Iterator[Finding]:
    """Where maximum instances at their target are too few for the mean traffic, the fleet is overloaded all day."""
    for traffic, scaling in _scaled(setting):
        needed = _instances(traffic, scaling, FULL)
        if needed > scaling.maximum:
            problem = f"is too few: {traffic.requests_per_second:g} requests a second take {needed} instances"
            yield Finding(("autoscaling", "maximum"), problem, f"write {needed} or more")


@warning
def canary_outgrows_fleet(setting: Setting) -> Iterator[Finding]:
    """Scaling out takes minutes: a step that needs twice the canary's instances of the step before overloads them."""
    for traffic, scaling in _scaled(setting):
        before = scaling.minimum
        for index, step in enumerate(setting.plan.steps if setting.plan else ()):
            needed = min(scaling.maximum, _instances(traffic, scaling, step.sees))
            if needed > 2 * before:
                problem = f"needs {needed} instances of a canary that has {before} when the step begins"
                at = ("rollout", "steps", index, "weight")
                yield Finding(
                    at, problem, f"put a step of {percentage(step.weight // 2)} before it, or raise minimum"
                )
            before = max(scaling.minimum, needed)


@warning
def stable_cannot_take_back(setting: Setting) -> Iterator[Finding]:
    """Where stable's instances follow its traffic, a rollback from 100 % meets a fleet at its minimum."""
    rollout = setting.endpoint.rollout
    if not isinstance(rollout, Progressive) or rollout.stable_fleet is StableFleet.KEEP:
        return
    for traffic, scaling in _scaled(setting):
        needed = min(scaling.maximum, _instances(traffic, scaling, FULL))
        if needed > 2 * scaling.minimum:
            problem = f"leaves stable {scaling.minimum} of the {needed} instances that take all traffic"
            yield Finding(("rollout", "stable_fleet"), problem, f"write keep, or minimum: {math.ceil(needed / 2)}")


@warning
def size_rounds_up(setting: Setting) -> Iterator[Finding]:
    """SageMaker moves whole instances: a size that is no whole number of them moves more than it says."""
    native, fleet = setting.endpoint.rollout, smallest_fleet(setting.endpoint)
    if not isinstance(native, Native) or not native.size or not native.size.percent or not fleet:
        return
    exact = fleet * native.size.percent / 100
    real = max(1, math.ceil(exact))
    if real > exact:
        problem = f"of {fleet} instances is {exact:g}, so {real} move: {real / fleet:.0%} of the traffic"
        yield Finding(
            ("rollout", "size", "percent"), problem, f"write size: {{instances: {real}}}, or more instances"
        )


def _scaled(setting: Setting) -> Iterator[tuple[Traffic, Autoscaling]]:
    endpoint = setting.endpoint
    if endpoint.traffic and endpoint.autoscaling and not endpoint.async_:
        yield endpoint.traffic, endpoint.autoscaling


def _instances(traffic: Traffic, scaling: Autoscaling, weight: int) -> int:
    per_minute = traffic.requests_per_second * 60 * weight / FULL
    return max(scaling.minimum, math.ceil(per_minute / (scaling.invocations_per_instance or per_minute)))
