"""What a deployment makes of a fleet, step by step. Pure but for the time of day."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.clock import now
from sandbox.sagemaker.fleet import Fleet, Progress, Variant


def launching(fleet: Fleet, batch: int = 0) -> Fleet:
    """Return a fleet whose first instances are asked for and not there yet: `batch` of them, or all (0)."""
    return fleet.each(
        lambda variant: replace(
            variant,
            current_count=0,
            progress=Progress("Creating", f"Launching {batch or variant.desired_count} instance(s).", now()),
        )
    )


def doing(fleet: Fleet, status: str, message: str) -> Fleet:
    """Return the fleet with what is being done to each of its variants."""
    return fleet.with_progress(Progress(status, message, now()))


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
    """Return the fleet with that share of its instances (0 to 1) as what is current."""
    return fleet.each(
        lambda variant: replace(
            variant,
            current_weight=variant.desired_weight,
            current_count=max(1, round(variant.desired_count * share)) if share else 0,
        )
    )


def unchanged(fleet: Fleet) -> Fleet:
    """Return the fleet with what is current as what is desired: a change was given up."""
    return fleet.each(
        lambda variant: replace(variant, desired_weight=variant.current_weight, desired_count=variant.current_count)
    )
