"""What SageMaker shows of an endpoint, from its events and from DescribeEndpoint.

Source: SageMaker developer guide, "Events that SageMaker sends to EventBridge"; API reference, DescribeEndpoint.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from lambdas.rollout.native.sight import Pending, Sight, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LATEST_SECONDS = 1e11
"""Numbers above this are milliseconds since the epoch (as seconds: the year 5138)."""


def sight(shown: Mapping[str, Any]) -> Sight:
    """Read an event's detail or DescribeEndpoint's answer; they differ in how they write status and times."""
    at = _seconds(shown["LastModifiedTime"])
    rollback = (shown.get("LastDeploymentConfig") or {}).get("AutoRollbackConfiguration") or {}
    return Sight(
        endpoint=shown["EndpointName"],
        status=shown["EndpointStatus"].replace("_", "").lower(),
        config=shown.get("EndpointConfigName", ""),
        at=at,
        old=_stage(shown.get("ProductionVariants") or (), at),
        pending=_pending(shown.get("PendingDeploymentSummary"), at),
        failure=shown.get("FailureReason") or "",
        alarms=tuple(alarm["AlarmName"] for alarm in rollback.get("Alarms", ())),
    )


def _pending(summary: Mapping[str, Any] | None, at: float) -> Pending | None:
    """Read a deployment under way; without its start nothing tells it from the next one to the same configuration."""
    if not summary or not summary.get("StartTime"):
        return None
    stage = _stage(summary.get("ProductionVariants") or (), at)
    return Pending(summary["EndpointConfigName"], _seconds(summary["StartTime"]), stage)


def _stage(variants: Sequence[Mapping[str, Any]], at: float) -> Stage:
    """Read the stage of a fleet: native endpoints have one variant; where there are more, counts are their sums."""
    serving, wanted = (
        int(sum(variant.get(name, 0) for variant in variants))
        for name in ("CurrentInstanceCount", "DesiredInstanceCount")
    )
    status = next((status for variant in variants for status in variant.get("VariantStatus") or ()), None)
    if status is None:
        return Stage("", "", serving, wanted, at)
    since = _seconds(status["StartTime"]) if status.get("StartTime") else at
    return Stage(status["Status"], status.get("StatusMessage", ""), serving, wanted, since)


def _seconds(time: float | str | datetime) -> float:
    """Read a time as boto3 gives it, or as events do: milliseconds in the guide's examples, else perhaps a text."""
    if isinstance(time, str):
        time = float(time) if time.replace(".", "").isdigit() else datetime.fromisoformat(time)
    if isinstance(time, datetime):
        return time.timestamp()
    return time / 1_000 if time > _LATEST_SECONDS else float(time)
