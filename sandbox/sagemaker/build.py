"""From an endpoint configuration to a fleet. Pure but for a serial number."""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.sagemaker.catalog import Catalog
from sandbox.sagemaker.fleet import Fleet, Variant, float32
from sandbox.sagemaker.launch import primary_container

_serials = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Retained:
    """What an update takes over from the fleet that it replaces (RetainAllVariantProperties)."""

    fleet: Fleet
    excluded: Collection[str] = ()  # DesiredWeight, DesiredInstanceCount, DataCaptureConfig


def fleet(catalog: Catalog, config: Mapping[str, Any], at: float, retained: Retained | None = None) -> Fleet:
    """Return the fleet that `config` asks for; Refused when it names a model that does not exist."""
    built = Fleet(
        config_name=config["EndpointConfigName"],
        variants=tuple(_variant(catalog, item, at) for item in config["ProductionVariants"]),
        shadows=tuple(_variant(catalog, item, at) for item in config.get("ShadowProductionVariants") or ()),
        capture=config.get("DataCaptureConfig") or {},
        queue=config.get("AsyncInferenceConfig") or {},
        serial=next(_serials),
    )
    return _retain(built, retained) if retained else built


def renumbered(fleet: Fleet) -> Fleet:
    """Return the fleet under a number of its own."""
    return replace(fleet, serial=next(_serials))


def _variant(catalog: Catalog, item: Mapping[str, Any], at: float) -> Variant:
    weight = float32(item.get("InitialVariantWeight", 1.0))
    count = int(item.get("InitialInstanceCount", 1))
    model = catalog.models.get(item["ModelName"])
    return Variant(
        name=item["VariantName"],
        model=item["ModelName"],
        role=model["ExecutionRoleArn"],
        image=primary_container(model)["Image"],
        instance_type=item.get("InstanceType", ""),
        current_weight=weight,
        desired_weight=weight,
        current_count=count,
        desired_count=count,
        resolved_at=at,
        health_check=item.get("ContainerStartupHealthCheckTimeoutInSeconds"),
        serverless=item.get("ServerlessConfig") or {},
    )


def _retain(built: Fleet, retained: Retained) -> Fleet:
    before = {variant.name: variant for variant in retained.fleet.everyone()}

    def keep(variant: Variant) -> Variant:
        old = before.get(variant.name)
        if old is None:
            return variant
        if "DesiredWeight" not in retained.excluded:
            variant = replace(variant, desired_weight=old.desired_weight, current_weight=old.desired_weight)
        if "DesiredInstanceCount" not in retained.excluded:
            variant = replace(variant, desired_count=old.desired_count, current_count=old.desired_count)
        return variant

    kept = built.each(keep)
    return kept if "DataCaptureConfig" in retained.excluded else replace(kept, capture=retained.fleet.capture)
