"""Which variant answers a request. Pure: the draws are arguments."""

from dataclasses import dataclass

from sandbox.sagemaker.fleet import Fleet, State, Variant


@dataclass(frozen=True, slots=True)
class Route:
    """A variant within the fleet that answers."""

    fleet: Fleet
    variant: Variant


def answering(state: State, draw: float) -> Fleet | None:
    """Return the fleet that takes a request; `draw` is uniform in [0, 1)."""
    return state.green if state.green and draw < state.green_share else state.blue


def by_weight(fleet: Fleet, draw: float) -> Variant | None:
    """Draw a production variant by its current weight; None when no variant has any."""
    left = draw * sum(variant.current_weight for variant in fleet.variants)
    chosen = None
    for variant in fleet.variants:
        if variant.current_weight > 0:
            chosen = variant
            left -= variant.current_weight
            if left < 0:
                break
    return chosen


def shadows(fleet: Fleet, variant: Variant, draw: float) -> list[Variant]:
    """Return the shadow variants that get a copy: their weight, relative to production's, is the sampling rate."""
    if not variant.current_weight:
        return []
    return [shadow for shadow in fleet.shadows if draw < shadow.current_weight / variant.current_weight]
