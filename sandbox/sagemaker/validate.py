"""What SageMaker refuses before it does anything. Pure; every rule raises Refused."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.sagemaker import serverless
from sandbox.sagemaker.refusal import Refused, constraint

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")


def name(value: str, member: str) -> None:
    """Check a name's length (63) and letters."""
    if not _NAME.fullmatch(value):
        rule = f"Member must satisfy regular expression pattern: ^{_NAME.pattern}"
        raise constraint(value, member, rule)


def variants(production: Sequence[Mapping[str, Any]], shadow: Sequence[Mapping[str, Any]]) -> None:
    """Check the variants of an endpoint configuration."""
    if not 1 <= len(production) <= 10:
        raise constraint(
            production, "productionVariants", "Member must have length less than or equal to 10, and not be 0"
        )
    if shadow and (len(production), len(shadow)) != (1, 1):
        raise Refused("Only one production variant and one shadow variant are allowed with shadow testing.")
    everyone = [*production, *shadow]
    names = [variant["VariantName"] for variant in everyone]
    if len(set(names)) != len(names):
        raise Refused(f"Duplicate variant names in endpoint configuration: {sorted(names)}.")
    for position, variant in enumerate(everyone, 1):
        _variant(variant, f"productionVariants.{position}.member")


def _variant(variant: Mapping[str, Any], member: str) -> None:
    name(variant["VariantName"], f"{member}.variantName")
    weight(variant.get("InitialVariantWeight", 1.0), f"{member}.initialVariantWeight")
    if "ServerlessConfig" in variant:
        serverless.variant(variant, member)
        return
    count(variant.get("InitialInstanceCount", 1), f"{member}.initialInstanceCount")
    instance_type = variant.get("InstanceType", "")
    if not _INSTANCE_TYPE.fullmatch(instance_type):
        raise constraint(
            instance_type, f"{member}.instanceType", "Member must satisfy enum value set: [ml.m5.large, …]"
        )


def weight(value: float, member: str) -> None:
    """Check that a weight is not negative."""
    if value < 0:
        raise constraint(value, member, "Member must have value greater than or equal to 0")


def count(value: int, member: str, least: int = 1) -> None:
    """Check that there is at least one instance; an asynchronous endpoint may do without."""
    if value < least:
        raise constraint(value, member, f"Member must have value greater than or equal to {least}")


def deployment(config: Mapping[str, Any], counts: Sequence[int]) -> None:
    """Check a DeploymentConfig for a fleet whose variants have `counts` instances."""
    blue_green, rolling = config.get("BlueGreenUpdatePolicy"), config.get("RollingUpdatePolicy")
    if blue_green and rolling:
        raise Refused("Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified.")
    if blue_green:
        _blue_green(blue_green, counts)
    if rolling:
        _rolling(rolling, counts)
    alarms = (config.get("AutoRollbackConfiguration") or {}).get("Alarms")
    if alarms is not None and not 1 <= len(alarms) <= 10:
        raise Refused("AutoRollbackConfiguration must have 1 to 10 alarms.")


def _blue_green(policy: Mapping[str, Any], counts: Sequence[int]) -> None:
    routing = policy["TrafficRoutingConfiguration"]
    _between(routing["WaitIntervalInSeconds"], "WaitIntervalInSeconds", 0, 3600)
    _between(policy.get("TerminationWaitInSeconds", 0), "TerminationWaitInSeconds", 0, 3600)
    _between(policy.get("MaximumExecutionTimeoutInSeconds", 600), "MaximumExecutionTimeoutInSeconds", 600, 28800)
    kind = routing["Type"]
    wanted = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}.get(kind)
    for size in ("CanarySize", "LinearStepSize"):
        if (size in routing) != (size == wanted):
            raise Refused(f"{size} must be specified exactly when the traffic routing type needs it ({kind}).")
    if wanted:
        _size(routing[wanted], wanted, (1 if kind == "CANARY" else 10, 50), counts)


def _rolling(policy: Mapping[str, Any], counts: Sequence[int]) -> None:
    if len(counts) != 1:
        raise Refused("RollingUpdatePolicy is not supported for endpoints with multiple production variants.")
    _between(policy["WaitIntervalInSeconds"], "WaitIntervalInSeconds", 0, 3600)
    _between(policy.get("MaximumExecutionTimeoutInSeconds", 600), "MaximumExecutionTimeoutInSeconds", 600, 28800)
    _size(policy["MaximumBatchSize"], "MaximumBatchSize", (5, 50), counts)
    if "RollbackMaximumBatchSize" in policy:
        _size(policy["RollbackMaximumBatchSize"], "RollbackMaximumBatchSize", (5, 100), counts)


def _size(size: Mapping[str, Any], member: str, percent: tuple[int, int], counts: Sequence[int]) -> None:
    low, high = percent
    if size["Type"] == "CAPACITY_PERCENT":
        _between(size["Value"], member, low, high)
    smallest = min(counts)
    instances = size["Value"] if size["Type"] == "INSTANCE_COUNT" else 1
    if instances * 100 > high * smallest:
        raise Refused(f"{member} must be at most {high}% of a variant's total instance count, which is {smallest}.")


def _between(value: float, member: str, low: int, high: int) -> None:
    if not low <= value <= high:
        raise constraint(value, member, f"Member must have value between {low} and {high}")
