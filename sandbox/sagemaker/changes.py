"""What a deployment makes of a fleet, step by step. Pure but for the time of day."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.clock import now
from sandbox.sagemaker.fleet import Fleet, Progress, Variant


def launching(fleet: Fleet) -> Fleet:
    """Return a fleet whose instances are asked for and not there yet."""
    return fleet.each(
        lambda variant: replace(
            variant,
            current_count=0,
            progress=Progress("Creating", f"Launching {variant.desired_count} instance(s).", now()),
        )
    )


def scaling(fleet: Fleet, wanted: Mapping[str, Mapping[str, Any]]) -> Fleet:
    """Return the fleet with `wanted` (DesiredWeight, DesiredInstanceCount by variant) as what is desired."""

    def ask(variant: Variant) -> Variant:
        asked = wanted.get(variant.name)
        if asked is None:
            return variant
        count = asked.get("DesiredInstanceCount", variant.desired_count)
        return replace(
            variant,
            desired_weight=asked.get("DesiredWeight", variant.desired_weight),
            desired_count=count,
            progress=Progress("Updating", f"Scaling out desired instance count to {count}.", now()),
        )

    return fleet.each(ask)


def active(fleet: Fleet, share: float) -> Fleet:
    """Return the fleet with the share of its instances that gets traffic as what is current."""
    return fleet.each(
        lambda variant: replace(
            variant,
            current_weight=variant.desired_weight,
            current_count=max(1, round(variant.desired_count * share)),
        )
    )


def unchanged(fleet: Fleet) -> Fleet:
    """Return the fleet with what is current as what is desired: a change was given up."""
    return fleet.each(
        lambda variant: replace(variant, desired_weight=variant.current_weight, desired_count=variant.current_count)
    )
