"""What SageMaker publishes about each invocation, in AWS/SageMaker."""

from dataclasses import dataclass

from sandbox.clock import now
from sandbox.cloudwatch.publish import put
from sandbox.sagemaker.connections import Answer
from sandbox.sagemaker.routing import Route


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request: where it went, what came back, and how long SageMaker itself took (seconds)."""

    endpoint: str
    route: Route
    answer: Answer
    overhead: float


def values(invocation: Invocation) -> tuple[tuple[str, float, str], ...]:
    """Return name, value and unit of each metric. The error metrics are 0 or 1 for every request."""
    answer, variant = invocation.answer, invocation.route.variant
    per_instance = ("InvocationsPerInstance", 1.0 / max(1, variant.current_count), "None")
    return (
        ("Invocations", 1.0, "None"),
        *(() if variant.serverless else (per_instance,)),
        ("Invocation4XXErrors", float(400 <= answer.status < 500), "None"),
        ("Invocation5XXErrors", float(500 <= answer.status < 600), "None"),
        ("InvocationModelErrors", float(not answer.ok), "None"),
        ("ModelLatency", answer.seconds * 1e6, "Microseconds"),
        ("OverheadLatency", invocation.overhead * 1e6, "Microseconds"),
    )


def publish(invocation: Invocation) -> None:
    """Publish per variant, and per variant and configuration (which tells the fleets of an update apart)."""
    at = now()
    variant = {"EndpointName": invocation.endpoint, "VariantName": invocation.route.variant.name}
    fleet = variant | {"EndpointConfigName": invocation.route.fleet.config_name}
    for name, value, unit in values(invocation):
        put("AWS/SageMaker", name, variant, value, unit, at)
        put("AWS/SageMaker", name, fleet, value, unit, at)
