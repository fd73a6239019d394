"""How the sandbox's own services publish metrics."""

from collections.abc import Mapping

from sandbox.cloudwatch.store import STORE, Metric


def put(namespace: str, name: str, dimensions: Mapping[str, str], value: float, unit: str, at: float) -> None:
    """Record one value at `at` (seconds since the epoch); from any thread, at the cost of a look-up."""
    STORE.put(Metric.of(namespace, name, dimensions), value, unit, at)
