"""Serverless variants: no instances, so many requests at a time, and no deployment guardrails. Pure but for Gate.

Source: developer guide, "Deploy models with Amazon SageMaker Serverless Inference" (feature exclusions, concurrent
invocations), "Deployment guardrails" (they "only apply to Asynchronous inference and Real-time inference").
"""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.sagemaker.fleet import Fleet, Variant
from sandbox.sagemaker.refusal import Refused, constraint

MEMORY = range(1024, 6144 + 1, 1024)
MOST_CONCURRENT = 200
_KEY = "ServerlessConfig"

Json = Mapping[str, Any]


def configuration(request: Json) -> None:
    """Check what stands beside a serverless variant; raises Refused."""
    production: Sequence[Json] = request["ProductionVariants"]
    if not any(_KEY in variant for variant in production):
        return
    beside = request.get("ShadowProductionVariants") or request.get("AsyncInferenceConfig")
    if len(production) > 1 or beside or (request.get("DataCaptureConfig") or {}).get("EnableCapture"):
        raise Refused("Serverless endpoints support neither multiple variants nor data capture, shadows or queues.")


def variant(item: Json, member: str) -> None:
    """Check a serverless variant; raises Refused."""
    if "InstanceType" in item or "InitialInstanceCount" in item:
        raise Refused(f"InstanceType and InitialInstanceCount must not be specified beside {_KEY}.")
    config = item[_KEY]
    if config["MemorySizeInMB"] not in MEMORY:
        rule = f"Member must be one of {', '.join(map(str, MEMORY))}"
        raise constraint(config["MemorySizeInMB"], f"{member}.serverlessConfig.memorySizeInMB", rule)
    if not 1 <= config["MaxConcurrency"] <= MOST_CONCURRENT:
        rule = f"Member must have value between 1 and {MOST_CONCURRENT}"
        raise constraint(config["MaxConcurrency"], f"{member}.serverlessConfig.maxConcurrency", rule)


def of(fleet: Fleet) -> bool:
    """Tell whether a fleet is serverless."""
    return any(variant.serverless for variant in fleet.variants)


def replaceable(base: Fleet, green: Fleet) -> None:
    """Check that an endpoint may become what is asked: what has instances keeps them; raises Refused."""
    if of(green) and not of(base):
        raise Refused("Cannot update an instance-based endpoint to a serverless endpoint.")


class Gate:
    """Lets as many requests at a time through to a serverless variant as it may have, and refuses the others."""

    def __init__(self) -> None:
        self._under_way: Counter[tuple[int, str]] = Counter()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def through(self, fleet: Fleet, variant: Variant) -> Iterator[None]:
        """Hold a place until the block ends; Refused where there is none."""
        key, most = (fleet.serial, variant.name), variant.serverless.get("MaxConcurrency")
        with self._lock:
            if most is not None and self._under_way[key] >= most:
                raise Refused("Rate exceeded", "ThrottlingException")
            self._under_way[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[key] -= 1
