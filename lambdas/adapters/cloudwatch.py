"""CloudWatch: the variants' counts per metric period, and the state of alarms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.ports import Firing, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

_TOTAL = "Invocations"
_BAD = ("Invocation5XXErrors", "InvocationModelErrors")
"""They overlap: a container's 5xx counts as both, so the larger one counts, never the sum (SageMaker developer
guide, "Endpoint invocation metrics")."""
_QUERIES = {f"{variant}_{name.lower()}": (variant, name) for variant in (CANARY, STABLE) for name in (_TOTAL, *_BAD)}


class CloudWatchMetrics:
    """Implements `lambdas.rollout.ports.Metrics`; a period counts once ``delay`` seconds have passed after it."""

    def __init__(self, client: CloudWatchClient, period: int, delay: int) -> None:
        self._client, self._period, self._delay = client, period, delay

    def error_tables(self, endpoint: str, since: float, until: float) -> tuple[Table, ...]:
        """Read Sums per period with one GetMetricData (paginated); periods without any request are left out."""
        start = since // self._period * self._period
        end = (until - self._delay) // self._period * self._period
        if end <= start:
            return ()
        sums = self._sums(endpoint, start, end)
        times = sorted({at for series in sums.values() for at in series})
        return tuple(_table(at, sums) for at in times)

    def _sums(self, endpoint: str, start: float, end: float) -> dict[str, dict[float, float]]:
        pages = self._client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[_query(key, endpoint, self._period) for key in _QUERIES],
            StartTime=datetime.fromtimestamp(start, UTC),
            EndTime=datetime.fromtimestamp(end, UTC),
            ScanBy="TimestampAscending",
        )
        sums: dict[str, dict[float, float]] = {key: {} for key in _QUERIES}
        for page in pages:
            for result in page["MetricDataResults"]:
                times = (time.timestamp() for time in result["Timestamps"])
                sums[result["Id"]].update(zip(times, result["Values"], strict=True))
        return sums

    def firing(self, alarms: Sequence[str]) -> tuple[Firing, ...]:
        """Read alarm states; DescribeAlarms takes 100 names, a variant has at most 10 alarms."""
        if not alarms:
            return ()
        answer = self._client.describe_alarms(AlarmNames=list(alarms), AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return tuple(
            Firing(
                name=alarm["AlarmName"],
                since=alarm["StateUpdatedTimestamp"].timestamp(),
                reason=told(alarm["AlarmName"], alarm.get("AlarmDescription", ""), alarm.get("StateReason", "")),
            )
            for alarm in (*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", []))
            if alarm["StateValue"] == "ALARM"
        )


def _query(key: str, endpoint: str, period: int) -> MetricDataQueryTypeDef:
    variant, name = _QUERIES[key]
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    return {
        "Id": key,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SageMaker",
                "MetricName": name,
                "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()],
            },
            "Period": period,
            "Stat": "Sum",
        },
    }


def _table(at: float, sums: dict[str, dict[float, float]]) -> Table:
    def arm(variant: str) -> Arm:
        bad = max(round(sums[f"{variant}_{name.lower()}"].get(at, 0.0)) for name in _BAD)
        return Arm(bad, round(sums[f"{variant}_{_TOTAL.lower()}"].get(at, 0.0)))

    return Table(at, arm(CANARY), arm(STABLE))
