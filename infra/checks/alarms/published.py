"""What SageMaker publishes to CloudWatch for endpoints: names, units, ranges and dimensions.

Source: SageMaker developer guide, "Amazon SageMaker AI metrics in Amazon CloudWatch", "Metrics for multi-container
endpoints with direct invocation", "Alarms and logs for tracking metrics from asynchronous endpoints" (where
InvocationsProcessed is spelled with an s too many); for EndpointConfigName "Auto-Rollback Configuration and
Monitoring".
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from infra.checks.alarms.definition import Reading

INVOCATIONS, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
EVERY = 60
"""Seconds between points; 10 and 30 need ``MetricsConfig`` on the endpoint configuration."""
TIMEOUT = 60_000_000
"""Microseconds after which SageMaker gives an answer up (InvokeEndpoint, 60 s); asynchronous ones have an hour."""

VARIANT = frozenset({"EndpointName", "VariantName"})
_FLEETS = (
    VARIANT,
    VARIANT | {"EndpointConfigName"},
    frozenset({"InferenceComponentName"}),
    VARIANT | {"ContainerName"},
)
_ENHANCED = frozenset({"InstanceId", "ContainerId", "AcceleratorId", "GpuId"})
"""Dimensions that enhanced metrics add to any of the others."""


@dataclass(frozen=True, slots=True)
class Published:
    """A metric: its unit, its highest single value, and the sets of dimensions that it is published under."""

    unit: str = "None"
    highest: float = math.inf
    dimensions: tuple[frozenset[str], ...] = _FLEETS


_FLAG = Published(highest=1.0)
_TIME = Published("Microseconds")
_PERCENT = Published("Percent", 100.0, (VARIANT,))
_PER_CORE = Published("Percent", math.inf, (VARIANT,))
_LIFE = 21_600
"""Seconds after which a request that waits in a queue has expired (InvokeEndpointAsync, RequestTTLSeconds)."""
_RUN = 3_600
"""Seconds that an asynchronous request may be processed for (InvokeEndpointAsync, InvocationTimeoutSeconds)."""
_QUEUE = (frozenset({"EndpointName"}),)
_COUNT = Published("Count", dimensions=(VARIANT,))
_TRANSFER = Published("Microseconds", dimensions=(VARIANT,))

QUEUED: Mapping[str, Published] = {
    **dict.fromkeys(
        ("ApproximateBacklogSize", "ApproximateBacklogSizePerInstance"), Published("Count", dimensions=_QUEUE)
    ),
    "ApproximateAgeOfOldestRequest": Published("Seconds", _LIFE, _QUEUE),
    "HasBacklogWithoutCapacity": Published("Count", 1.0, _QUEUE),
    **dict.fromkeys(
        (
            "InvocationsProcessed",
            "InvocationFailures",
            "ExpiredRequests",
            "RequestDownloadFailures",
            "ResponseUploadFailures",
            "NotificationFailures",
        ),
        _COUNT,
    ),
    **dict.fromkeys(("RequestDownloadLatency", "ResponseUploadLatency"), _TRANSFER),
    "TimeInBacklog": Published("Microseconds", _LIFE * 1e6, (VARIANT,)),
    "TotalProcessingTime": Published("Milliseconds", (_LIFE + _RUN) * 1e3, (VARIANT,)),
}
"""What asynchronous endpoints alone publish."""
COMMON = frozenset({"Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency"})
"""What they publish like all others; there is nothing else ("an exhaustive list")."""

METRICS: Mapping[str, Mapping[str, Published]] = {
    INVOCATIONS: {
        **dict.fromkeys(
            ("Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors", "ModelCacheHit"), _FLAG
        ),
        **dict.fromkeys(
            (
                "Invocations",
                "InvocationsPerInstance",
                "InvocationsPerCopy",
                "ConcurrentRequestsPerCopy",
                "ConcurrentRequestsPerModel",
                "MidStreamErrors",
            ),
            Published(),
        ),
        **dict.fromkeys(
            (
                "ModelLatency",
                "OverheadLatency",
                "ModelSetupTime",
                "ContainerLatency",
                "FirstChunkLatency",
                "FirstChunkModelLatency",
                "FirstChunkOverheadLatency",
                "ModelLoadingWaitTime",
                "ModelUnloadingTime",
                "ModelDownloadingTime",
                "ModelLoadingTime",
            ),
            _TIME,
        ),
        **QUEUED,
    },
    INSTANCES: {
        **dict.fromkeys(
            (
                "CPUUtilizationNormalized",
                "GPUUtilizationNormalized",
                "GPUMemoryUtilizationNormalized",
                "CPUReservation",
                "GPUReservation",
                "MemoryReservation",
                "MemoryUtilization",
                "DiskUtilization",
            ),
            _PERCENT,
        ),
        **dict.fromkeys(("CPUUtilization", "GPUUtilization", "GPUMemoryUtilization"), _PER_CORE),
        "LoadedModelCount": Published(dimensions=(VARIANT,)),
    },
}
"""Namespace to metric name to what it is."""

ERRORS = frozenset({"Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors"})


def sagemakers(namespace: str) -> bool:
    """Tell whether somebody meant one of SageMaker's endpoint namespaces, however it is written."""
    known = {INVOCATIONS.lower(), INSTANCES.strip("/").lower()}
    return namespace.strip("/").lower() in known


def published(reading: Reading) -> Published | None:
    """Look a metric up; None where it is another service's or nobody's."""
    return METRICS.get(reading.namespace, {}).get(reading.metric)


def timed(reading: Reading) -> bool:
    """Tell whether it is a duration in microseconds."""
    found = published(reading)
    return found is not None and found.unit == "Microseconds"


def known_dimensions(reading: Reading, found: Published) -> bool:
    """Tell whether the metric has a series of exactly these dimensions."""
    return frozenset(reading.dimensions) - _ENHANCED in found.dimensions
