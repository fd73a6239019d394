"""What SageMaker refuses of an asynchronous configuration. Pure: each function raises Refused."""

from collections.abc import Mapping
from typing import Any

from sandbox.sagemaker.refusal import Refused, constraint

MOST_CONCURRENT = 1000
UNSUPPORTED = "One or more endpoint features are not supported using this configuration"


def configuration(request: Mapping[str, Any]) -> None:
    """Check what stands beside AsyncInferenceConfig, and what it says."""
    queue = request.get("AsyncInferenceConfig")
    if not queue:
        return
    if request.get("ShadowProductionVariants") or (request.get("DataCaptureConfig") or {}).get("EnableCapture"):
        raise Refused(UNSUPPORTED)
    if not queue["OutputConfig"].get("S3OutputPath"):
        raise Refused("S3OutputPath must be specified in the OutputConfig of an AsyncInferenceConfig.")
    if (queue["OutputConfig"].get("NotificationConfig") or {}).get("IncludeInferenceResponseIn"):
        raise Refused("The sandbox does not put responses into notifications (IncludeInferenceResponseIn).")
    most = (queue.get("ClientConfig") or {}).get("MaxConcurrentInvocationsPerInstance", 1)
    if not 1 <= most <= MOST_CONCURRENT:
        rule = f"Member must have value between 1 and {MOST_CONCURRENT}"
        raise constraint(most, "asyncInferenceConfig.clientConfig.maxConcurrentInvocationsPerInstance", rule)
