"""What is known, or assumed, of an endpoint's traffic."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cli.foresight.shape import Shape
from lambdas.rollout.guardrails import Guardrail

RELATIVE_SPREAD = Shape.lognormal(1.0, 5.0)
"""Values of which nothing is known: the 99th percentile is five times the median, as in `serinus simulate`."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a rate guardrail counts on stable: the bad share, and counts per request."""

    share: float
    per_request: float = 1.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """An endpoint's traffic and metrics.

    ``requests_per_second`` is of both variants together. ``bases`` and ``shapes`` go by the guardrails' keys;
    latencies are in microseconds. ``period`` is the metric period and ``delay`` how long after its end a period is
    complete; ``weights`` is how long SageMaker takes to serve new weights (AWS does not say). All in seconds.
    """

    requests_per_second: float
    bases: Mapping[str, Base]
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    period: float = 60.0
    delay: float = 60.0
    weights: float = 60.0

    def known(self, guardrail: Guardrail) -> bool:
        """Tell whether anything can be reckoned for a guardrail."""
        return guardrail.key in self.bases or guardrail.key in self.shapes
