"""What is told of routed requests: metrics in the embedded format, printed.

Source: CloudWatch user guide, "Specification: Embedded metric format".
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import ClientError, ParamValidationError

NAMESPACE = "Serinus"
_UNITS = {"RoutedRequests": "Count", "RoutedErrors": "Count", "RoutedLatency": "Microseconds"}


@dataclass(frozen=True, slots=True)
class Routed:
    """A request of a user who takes part, the variant that it went to, and the answer's time in microseconds.

    ``at`` is when it was sent, in seconds since the epoch: the minute that its inference id tells, so that rewards
    meet their exposures however slowly a model answers.
    """

    endpoint: str
    variant: str
    at: float
    error: bool
    latency: float


class Report(Protocol):
    """Who is told."""

    def routed(self, routed: Routed) -> None:
        """Hear of a request of somebody who takes part."""
        ...

    def trouble(self, endpoint: str, reason: str) -> None:
        """Hear that a configuration could not be read, once for each attempt."""
        ...


class Printed:
    """Prints both as metrics: by EndpointName and VariantName, as SageMaker's own."""

    def routed(self, routed: Routed) -> None:
        """Print one request, which is three metrics."""
        values = {"RoutedRequests": 1, "RoutedErrors": int(routed.error), "RoutedLatency": routed.latency}
        _print({"EndpointName": routed.endpoint, "VariantName": routed.variant}, values, routed.at)

    def trouble(self, endpoint: str, reason: str) -> None:
        """Print one count, with the reason beside it."""
        _print({"EndpointName": endpoint}, {"RouterUnconfigured": 1}, time.time(), reason=reason)


class Silent:
    """Tells nobody."""

    def routed(self, routed: Routed) -> None:
        """Do nothing."""

    def trouble(self, endpoint: str, reason: str) -> None:
        """Do nothing."""


def is_models_fault(error: Exception) -> bool:
    """Tell a model's bad answer, or none, from what SageMaker itself refuses (4xx).

    A model's own 4xx counts too, as in SageMaker's InvocationModelErrors: a canary may refuse what stable takes.
    """
    if not isinstance(error, ClientError):
        return not isinstance(error, ParamValidationError)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    return error.response["Error"]["Code"] == "ModelError" or not 400 <= status < 500


def _print(dimensions: Mapping[str, str], values: Mapping[str, float], at: float, **more: str) -> None:
    metrics = [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": metrics}
    about = {"Timestamp": int(at * 1000), "CloudWatchMetrics": [directive]}
    print(json.dumps({"_aws": about, **dimensions, **values, **more}), flush=True)  # noqa: T201 - that is its way
