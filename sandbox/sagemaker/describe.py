"""How SageMaker shows an endpoint: DescribeEndpoint, and the two kinds of events. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.fleet import Fleet, Progress, State, Variant

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """What never changes about an endpoint; `created` in epoch seconds."""

    name: str
    arn: str
    created: float


def endpoint(identity: Identity, state: State) -> Shown:
    """Return DescribeEndpoint's answer."""
    shown: Shown = {
        "EndpointName": identity.name,
        "EndpointArn": identity.arn,
        "EndpointConfigName": state.config_name,
        "EndpointStatus": state.status,
        "CreationTime": identity.created,
        "LastModifiedTime": state.modified,
        "FailureReason": state.failure,
        "LastDeploymentConfig": state.deployment or None,
    }
    if state.blue:
        shown |= _fleet(state.blue) | {"DataCaptureConfig": _capture(state.blue.capture)}
        shown["AsyncInferenceConfig"] = state.blue.queue or None
    if state.green:
        shown["PendingDeploymentSummary"] = _pending(state.green, state.started)
    return {name: value for name, value in shown.items() if value is not None}


def summary(identity: Identity, state: State) -> Shown:
    """Return an item of ListEndpoints."""
    return {
        "EndpointName": identity.name,
        "EndpointArn": identity.arn,
        "CreationTime": identity.created,
        "LastModifiedTime": state.modified,
        "EndpointStatus": state.status,
    }


def _fleet(fleet: Fleet) -> Shown:
    shown: Shown = {"ProductionVariants": [_variant(variant) for variant in fleet.variants]}
    if fleet.shadows:
        shown["ShadowProductionVariants"] = [_variant(variant) for variant in fleet.shadows]
    return shown


def _pending(fleet: Fleet, started: float) -> Shown:
    shown: Shown = {"EndpointConfigName": fleet.config_name, "StartTime": round(started, 3)} | _fleet(fleet)
    for key, variants in (("ProductionVariants", fleet.variants), ("ShadowProductionVariants", fleet.shadows)):
        for item, variant in zip(shown.get(key, ()), variants, strict=True):
            if variant.instance_type:
                item["InstanceType"] = variant.instance_type
    return shown


def _variant(variant: Variant) -> Shown:
    shown: Shown = {
        "VariantName": variant.name,
        "DeployedImages": [
            {
                "SpecifiedImage": variant.image,
                "ResolvedImage": variant.image,
                "ResolutionTime": variant.resolved_at,
            }
        ],
        "CurrentWeight": variant.current_weight,
        "DesiredWeight": variant.desired_weight,
    }
    if variant.serverless:
        shown |= {"CurrentServerlessConfig": variant.serverless, "DesiredServerlessConfig": variant.serverless}
    else:
        shown |= {"CurrentInstanceCount": variant.current_count, "DesiredInstanceCount": variant.desired_count}
    if variant.progress:
        shown["VariantStatus"] = [_progress(variant.progress, 1)]
    return shown


def _progress(progress: Progress, unit: int) -> Shown:
    return {
        "Status": progress.status,
        "StatusMessage": progress.message,
        "StartTime": round(round(progress.since, 3) * unit, 3),
    }


def _capture(capture: Mapping[str, Any]) -> Shown | None:
    if not capture:
        return None
    enabled = bool(capture.get("EnableCapture"))
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }


_EVENT_STATUS = {
    "Creating": "CREATING",
    "Updating": "UPDATING",
    "RollingBack": "ROLLING_BACK",
    "InService": "IN_SERVICE",
    "Deleting": "DELETING",
    "Failed": "FAILED",
    "UpdateRollbackFailed": "UPDATE_ROLLBACK_FAILED",
}


def event(identity: Identity, state: State, tags: Mapping[str, str]) -> Shown:
    """Return the detail of an event: like DescribeEndpoint, but upper-case status, milliseconds, and no reason.

    The developer guide's examples have no FailureReason: whoever wants to know why must ask DescribeEndpoint.
    """
    detail: Shown = {
        "EndpointName": identity.name,
        "EndpointArn": identity.arn,
        "EndpointConfigName": state.config_name,
        "ProductionVariants": _event_variants(state.blue.variants if state.blue else ()),
        "EndpointStatus": _EVENT_STATUS[state.status],
        "CreationTime": round(identity.created * 1000),
        "LastModifiedTime": round(state.modified * 1000),
        "Tags": dict(tags),
    }
    if state.green:
        detail["PendingDeploymentSummary"] = {
            "EndpointConfigName": state.green.config_name,
            "StartTime": round(state.started * 1000),
            "ProductionVariants": _event_variants(state.green.variants),
        }
    return detail


def _event_variants(variants: Iterable[Variant]) -> list[Shown]:
    shown = []
    for variant in variants:
        item = {key: value for key, value in _variant(variant).items() if key != "DeployedImages"}
        if variant.progress:
            item["VariantStatus"] = [_progress(variant.progress, 1000)]
        shown.append(item)
    return shown
