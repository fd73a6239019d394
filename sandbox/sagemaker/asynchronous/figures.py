"""What an asynchronous endpoint publishes, in AWS/SageMaker: this and nothing else.

Source: developer guide, "Alarms and logs for tracking metrics from asynchronous endpoints" (an exhaustive list; its
spelling InvocationsProcesssed is published as InvocationsProcessed).
"""

from sandbox.clock import now
from sandbox.cloudwatch.publish import put
from sandbox.sagemaker.asynchronous.queue import Queue
from sandbox.sagemaker.connections import Answer
from sandbox.sagemaker.fleet import State
from sandbox.sagemaker.routing import Route

_NAMESPACE = "AWS/SageMaker"


def answered(endpoint: str, route: Route, answer: Answer) -> None:
    """Publish what real-time endpoints do as well, per variant and per fleet; no answer is neither 4xx nor 5xx."""
    variant = {"EndpointName": endpoint, "VariantName": route.variant.name}
    at = now()
    for dimensions in (variant, variant | {"EndpointConfigName": route.fleet.config_name}):
        put(_NAMESPACE, "Invocation4XXErrors", dimensions, float(400 <= answer.status < 500), "None", at)
        put(_NAMESPACE, "Invocation5XXErrors", dimensions, float(500 <= answer.status < 600), "None", at)
        put(_NAMESPACE, "ModelLatency", dimensions, answer.seconds * 1e6, "Microseconds", at)


def count(endpoint: str, variant: str, *names: str) -> None:
    """Count one request under each name."""
    for name in names:
        _of_variant(endpoint, variant, name, 1.0, "Count")


def took(endpoint: str, variant: str, name: str, seconds: float) -> None:
    """Publish a duration in microseconds; TotalProcessingTime alone is in milliseconds."""
    scale, unit = (1e3, "Milliseconds") if name == "TotalProcessingTime" else (1e6, "Microseconds")
    _of_variant(endpoint, variant, name, seconds * scale, unit)


def _of_variant(endpoint: str, variant: str, name: str, value: float, unit: str) -> None:
    put(_NAMESPACE, name, {"EndpointName": endpoint, "VariantName": variant}, value, unit, now())


def gauge(endpoint: str, queue: Queue, state: State) -> None:
    """Publish the queue's length and age; it belongs to the endpoint, so there is no variant."""
    at, size, oldest = now(), queue.size(), queue.oldest()
    fleets = [fleet for fleet in (state.blue, state.green) if fleet]
    instances = sum(variant.current_count for fleet in fleets for variant in fleet.variants)
    of_endpoint = {"EndpointName": endpoint}
    put(_NAMESPACE, "ApproximateBacklogSize", of_endpoint, float(size), "Count", at)
    put(_NAMESPACE, "HasBacklogWithoutCapacity", of_endpoint, float(size > 0 and not instances), "Count", at)
    if instances:
        put(_NAMESPACE, "ApproximateBacklogSizePerInstance", of_endpoint, size / instances, "Count", at)
    if oldest is not None:
        put(_NAMESPACE, "ApproximateAgeOfOldestRequest", of_endpoint, at - oldest, "Seconds", at)
