"""PutMetricData, GetMetricData, GetMetricStatistics and ListMetrics over the sandbox's store."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, ValidationError
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from sandbox import clock
from sandbox.cloudwatch.alarm_event import seconds
from sandbox.cloudwatch.query import Evaluation, Query, grid, valid_period
from sandbox.cloudwatch.reader import reader
from sandbox.cloudwatch.statistics import check, statistic
from sandbox.cloudwatch.store import STORE, Metric
from sandbox.registry import method

MOST_QUERIES = 500
"""In one GetMetricData (CloudWatch API reference)."""
_ID = re.compile(r"[a-z][A-Za-z0-9_]{0,254}")


def install() -> None:
    """Put the four actions on moto."""
    for action in (get_metric_data, get_metric_statistics, list_metrics):
        method(CloudWatchResponse)(action)
    method(CloudWatchBackend)(put_metric_data)


def put_metric_data(self: CloudWatchBackend, namespace: str, metric_data: Sequence[dict[str, Any]]) -> None:
    """Record data of a client (or of moto's own services); refuse what CloudWatch refuses."""
    for number, datum in enumerate(metric_data, start=1):
        self._validate_parameters_put_metric_data(datum, number)
    for datum in metric_data:
        metric = Metric.of(namespace, datum["MetricName"], _dimensions(datum.get("Dimensions")))
        record(metric, datum)


def record(metric: Metric, datum: Mapping[str, Any]) -> None:
    """Record one datum: a value, values with counts, or a statistic set."""
    moment = datum.get("Timestamp")
    at = seconds(moment) if isinstance(moment, datetime) else clock.now()
    unit = datum.get("Unit") or "None"
    if datum.get("StatisticValues"):
        totals = datum["StatisticValues"]
        names = ("SampleCount", "Sum", "Minimum", "Maximum")
        count, total, low, high = (float(totals[name]) for name in names)
        STORE.put_set(metric, (count, total, low, high), unit, at)
        return
    values = datum.get("Values") or [datum.get("Value", 0)]
    counts = datum.get("Counts") or [1] * len(values)
    for value, count in zip(values, counts, strict=True):
        STORE.put(metric, float(value), unit, at, float(count))


def get_metric_data(self: CloudWatchResponse) -> ActionResult:
    """Evaluate metrics and expressions; only what has ReturnData is returned."""
    params = self._get_params()
    start, end = seconds(params["StartTime"]), seconds(params["EndTime"])
    if start >= end:
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    queries = checked_queries([_query(query) for query in params.get("MetricDataQueries", [])])
    try:
        evaluation = Evaluation(queries, (start, end), reader())
        found = {query.id: evaluation.series(query.id) for query in queries if query.returned}
    except ValueError as error:
        raise ValidationError(str(error)) from error
    backwards = params.get("ScanBy", "TimestampDescending") != "TimestampAscending"
    results = []
    for query in queries:
        if query.returned:
            times = sorted(found[query.id], reverse=backwards)
            results.append(_result(query, times, [found[query.id][at] for at in times]))
    return ActionResult({"MetricDataResults": results, "Messages": []})


def _result(query: Query, times: Sequence[int], values: Sequence[float]) -> dict[str, Any]:
    return {
        "Id": query.id,
        "Label": query.label or (query.metric.name if query.metric else query.id),
        "Timestamps": [datetime.fromtimestamp(at, UTC) for at in times],
        "Values": values,
        "StatusCode": "Complete",
    }


def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
    """Return one metric's statistics, one data point per period that has data."""
    params = self._get_params()
    plain, extended = params.get("Statistics") or [], params.get("ExtendedStatistics") or []
    if not plain and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    period = checked_period(int(params["Period"]))
    metric = Metric.of(params["Namespace"], params["MetricName"], _dimensions(params.get("Dimensions")))
    points = []
    for at in grid(seconds(params["StartTime"]), seconds(params["EndTime"]), period):
        bucket = STORE.bucket(metric, at, at + period, params.get("Unit"))
        if bucket:
            point: dict[str, Any] = {name: statistic(name, bucket) for name in plain}
            point["ExtendedStatistics"] = {name: statistic(checked_stat(name), bucket) for name in extended}
            points.append(point | {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": params.get("Unit")})
    return ActionResult({"Label": params["MetricName"], "Datapoints": points})


def list_metrics(self: CloudWatchResponse) -> ActionResult:
    """List the metrics that have data, by namespace, name and dimensions (a filter may leave the value out)."""
    params = self._get_params()
    wanted = [(item["Name"], item.get("Value")) for item in params.get("Dimensions") or []]
    found = [
        metric
        for metric in STORE.metrics()
        if params.get("Namespace") in {None, metric.namespace}
        and params.get("MetricName") in {None, metric.name}
        and all(_has(metric, name, value) for name, value in wanted)
    ]
    return ActionResult({"Metrics": [_listed(metric) for metric in found]})


def _has(metric: Metric, name: str, value: str | None) -> bool:
    return any(name == own and value in {None, has} for own, has in metric.dimensions)


def _listed(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions)]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def _dimensions(given: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    return {item["Name"]: item["Value"] for item in given or []}


def _query(query: Mapping[str, Any]) -> Query:
    returned = query.get("ReturnData") is not False
    label = query.get("Label") or ""
    if "MetricStat" not in query:
        if "Expression" not in query:
            raise ValidationError("The parameter MetricDataQueries.member.1.MetricStat is required.\n")
        return Query(id=query["Id"], expression=query["Expression"], label=label, returned=returned)
    stat = query["MetricStat"]
    metric = stat["Metric"]
    return Query(
        id=query["Id"],
        metric=Metric.of(metric["Namespace"], metric["MetricName"], _dimensions(metric.get("Dimensions"))),
        stat=checked_stat(stat["Stat"]),
        period=checked_period(int(stat["Period"])),
        unit=stat.get("Unit"),
        label=label,
        returned=returned,
    )


def checked_queries(queries: Sequence[Query]) -> Sequence[Query]:
    """Return the queries of a call, or refuse them as CloudWatch does: too many, or two of one id, or a bad id."""
    if len(queries) > MOST_QUERIES:
        raise ValidationError(f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.")
    seen: set[str] = set()
    for query in queries:
        if query.id in seen or not _ID.fullmatch(query.id):
            raise ValidationError(
                f"The value {query.id} for parameter MetricDataQueries.Id is not valid or not unique."
            )
        seen.add(query.id)
    return queries


def checked_stat(name: str) -> str:
    """Return a statistic's name, or refuse it as CloudWatch does."""
    try:
        check(name)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return name


def checked_period(period: int) -> int:
    """Return a period (s), or refuse it as CloudWatch does."""
    if not valid_period(period):
        raise ValidationError(f"Invalid period {period}: it must be 1, 5, 10, 20, 30 or a multiple of 60.")
    return period
