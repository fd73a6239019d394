"""CloudWatch: the variants' metrics, and the state of alarms."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lambdas.adapters.metric_queries import batches, data_queries
from lambdas.rollout.catalogue import Period, Query, known
from lambdas.rollout.ports import Firing, UnansweredError, told

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef, MetricDataResultTypeDef

    from lambdas.rollout.recipes import Reading

_MINUTE = 60
_Series = dict[float, float | None]
"""Values by the start of their period, in seconds since the epoch."""


class CloudWatchMetrics:
    """Implements `lambdas.rollout.ports.Metrics`; a period counts once ``delay`` seconds have passed after it."""

    def __init__(self, client: CloudWatchClient, period: int, delay: int) -> None:
        self._client, self._period, self._delay = client, period, delay

    def read(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Period, ...]:
        """Read the values per period; the first one may have begun before ``since``."""
        start = math.floor(since / self._period) * self._period
        end = math.floor((until - self._delay) / self._period) * self._period
        found = self._series(endpoint, queries, (start, end), self._period)
        # What is at another time is of no complete period.
        times = sorted({at for series in found for at in series if start <= at < end})
        rows = ((at, tuple([series.get(at) for series in found])) for at in times)
        return tuple([Period(at, row) for at, row in rows if any(value is not None for value in row)])

    def summary(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Reading, ...]:
        """Read one data point per query, of a period as long as the whole interval in full minutes.

        Periods are counted from the start that is asked for (boto3 issue 3457), so there is one. Were they
        aligned otherwise there would be two, and the later one is taken: quantiles cannot be combined.
        """
        start = math.floor(since / _MINUTE) * _MINUTE
        length = math.ceil((until - start) / _MINUTE) * _MINUTE
        found = self._series(endpoint, queries, (start, start + length), length)
        return tuple(series[max(series)] if series else None for series in found)

    def _series(
        self, endpoint: str, queries: Sequence[Query], span: tuple[int, int], period: int
    ) -> tuple[_Series, ...]:
        """Read each query's values in the span from its start up to its end."""
        found: dict[str, _Series] = {f"q{index}": {} for index in range(len(queries))}
        if span[0] >= span[1]:
            return tuple(found.values())
        asked = (data_queries(key, endpoint, query, period) for key, query in zip(found, queries, strict=True))
        for batch in batches(asked):
            wanted = {query["Id"] for query in batch if query.get("ReturnData", True)}
            for result in self._results(batch, span):
                found[_named(result, wanted)].update(_points(result))
        return tuple(found.values())

    def _results(self, batch: list[MetricDataQueryTypeDef], span: tuple[int, int]) -> list[MetricDataResultTypeDef]:
        pages = self._client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=batch,
            StartTime=datetime.fromtimestamp(span[0], UTC),
            EndTime=datetime.fromtimestamp(span[1], UTC),
            ScanBy="TimestampAscending",
        )
        results = [result for page in pages for result in page.get("MetricDataResults", [])]
        # The next page may have mended an error, or brought the rest of the data.
        last = {result.get("Id", ""): result.get("StatusCode", "no status") for result in results}
        last |= {
            query["Id"]: "nothing" for query in batch if query.get("ReturnData", True) and query["Id"] not in last
        }
        if refused := set(last.values()) - {"Complete"}:
            raise UnansweredError(f"CloudWatch answers {' and '.join(sorted(refused))} to a query of GetMetricData")
        return results

    def firing(self, alarms: Sequence[str]) -> tuple[Firing, ...]:
        """Read alarm states; DescribeAlarms takes 100 names, a variant has at most 10 alarms.

        An alarm that does not exist is told as one that has fired for ever.
        """
        if not alarms:
            return ()
        answer = self._client.describe_alarms(AlarmNames=list(alarms), AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        known = {
            alarm["AlarmName"]: alarm
            for alarm in (*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", []))
        }
        return tuple(firing for name in alarms if (firing := _firing(name, known.get(name))))


def _named(result: MetricDataResultTypeDef, wanted: Collection[str]) -> str:
    """Name the query that a result answers."""
    if result["Id"] not in wanted:
        raise UnansweredError(f"CloudWatch answers to {result['Id']!r}, which nobody asked")
    return result["Id"]


def _points(result: MetricDataResultTypeDef) -> _Series:
    """Read a result's values; each has its time (API reference, MetricDataResult)."""
    times, values = result.get("Timestamps", []), result.get("Values", [])
    if len(times) != len(values):
        raise UnansweredError(f"CloudWatch answers {len(values)} values at {len(times)} times")
    return dict(zip([time.timestamp() for time in times], map(known, values), strict=True))


def _firing(name: str, alarm: Mapping[str, Any] | None) -> Firing | None:
    """Tell whether an alarm fires; None where it does not.

    One that does not exist guards nothing: it fires since ever, which takes nobody back and lets nobody on.
    """
    if alarm is None:
        return Firing(name, since=0.0, reason=f"alarm {name} does not exist")
    state = alarm.get("StateValue")
    if state not in ("OK", "ALARM", "INSUFFICIENT_DATA"):
        raise UnansweredError(f"CloudWatch answers that alarm {name} is in state {state}")
    if state != "ALARM":
        return None
    since = alarm.get("StateUpdatedTimestamp")
    reason = told(name, alarm.get("AlarmDescription", ""), alarm.get("StateReason", ""))
    return Firing(name, since=since.timestamp() if since else math.inf, reason=reason)
