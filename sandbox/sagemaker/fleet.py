"""What an endpoint consists of at one moment. Every value here is frozen: a change is a new value."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Json = Mapping[str, Any]


def float32(value: float) -> float:
    """Round as SageMaker does, which holds weights as single floats (0.05 comes back as 0.0500000007…)."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded


@dataclass(frozen=True, slots=True)
class Progress:
    """A variant's secondary status: Creating, Updating, Deleting, ActivatingTraffic or Baking."""

    status: str
    message: str
    since: float  # epoch seconds


@dataclass(frozen=True, slots=True)
class Variant:
    """A production or shadow variant; weights are relative, counts are instances."""

    name: str
    model: str
    image: str
    instance_type: str
    current_weight: float
    desired_weight: float
    current_count: int
    desired_count: int
    resolved_at: float
    health_check: float | None = None  # seconds; None where the configuration states none
    progress: Progress | None = None
    serverless: Json = field(default_factory=dict, hash=False)  # ServerlessConfig; empty where there are instances
    role: str = ""  # the model's execution role


@dataclass(frozen=True, slots=True)
class Fleet:
    """The variants of one endpoint configuration, and what the endpoint captures."""

    config_name: str
    variants: tuple[Variant, ...]
    shadows: tuple[Variant, ...] = ()
    capture: Json = field(default_factory=dict)
    queue: Json = field(default_factory=dict)  # AsyncInferenceConfig; empty where requests do not wait
    serial: int = 0  # tells the servers of two fleets with the same configuration apart

    def everyone(self) -> tuple[Variant, ...]:
        """Return production and shadow variants."""
        return self.variants + self.shadows

    def variant(self, name: str) -> Variant | None:
        """Find a production variant."""
        return next((variant for variant in self.variants if variant.name == name), None)

    def instances(self) -> int:
        """Count the instances wanted for production."""
        return sum(variant.desired_count for variant in self.variants)

    def with_progress(self, progress: Progress | None) -> "Fleet":
        """Return the fleet with the same secondary status on every variant."""
        return self.each(lambda variant: replace(variant, progress=progress))

    def settled(self) -> "Fleet":
        """Return the fleet as wanted: current is desired, nothing under way."""
        return self.each(
            lambda variant: replace(
                variant,
                current_weight=variant.desired_weight,
                current_count=variant.desired_count,
                progress=None,
            )
        )

    def each(self, change: "Callable[[Variant], Variant]") -> "Fleet":
        """Return the fleet with every variant changed."""
        return replace(
            self,
            variants=tuple(change(variant) for variant in self.variants),
            shadows=tuple(change(variant) for variant in self.shadows),
        )


@dataclass(frozen=True, slots=True)
class State:
    """An endpoint at one moment: what it serves (`blue`), what replaces it (`green`), and how traffic splits."""

    status: str
    config_name: str
    modified: float  # epoch seconds
    blue: Fleet | None = None
    green: Fleet | None = None
    green_share: float = 0.0  # of the requests, 0 to 1
    started: float = 0.0  # of the deployment under way, epoch seconds
    deployment: Json | None = None  # LastDeploymentConfig
    failure: str | None = None
