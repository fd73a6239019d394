"""A CloudWatch alarm as plain data, from the API's words or from Terraform's.

Sources: CloudWatch API reference, PutMetricAlarm and MetricAlarm; provider schema of aws_cloudwatch_metric_alarm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric as an alarm reads it; ``period`` in seconds, ``statistic`` as CloudWatch writes it."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    period: int
    statistic: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class AlarmDefinition:
    """An alarm: what it reads, what it computes of it (``expressions``), and when that is too much.

    It fires when ``breaches`` of the last ``periods`` values compare so with the threshold, which is None for an
    anomaly band.
    """

    name: str
    readings: tuple[Reading, ...]
    expressions: tuple[str, ...]
    comparison: str
    threshold: float | None
    periods: int
    breaches: int
    missing: str
    few_samples: str

    @property
    def plain(self) -> Reading | None:
        """The metric that is compared with the threshold as it is; None where something is computed."""
        return self.readings[0] if len(self.readings) == 1 and not self.expressions else None

    @property
    def upward(self) -> bool:
        """Whether more is worse."""
        return "Greater" in self.comparison

    @property
    def reach(self) -> int:
        """Seconds that the alarm looks back."""
        return max((reading.period for reading in self.readings), default=60) * self.periods


def from_api(document: Json) -> AlarmDefinition:
    """Read an alarm as put-metric-alarm takes it and describe-alarms tells it."""
    queries = document.get("Metrics") or []
    readings = [_reading(query["MetricStat"]) for query in queries if "MetricStat" in query]
    if "MetricName" in document:
        readings.append(_reading({"Metric": document, "Period": document.get("Period", 60), "Stat": _stat(document)}))
    periods = _whole(document.get("EvaluationPeriods"), 1)
    return AlarmDefinition(
        name=str(document.get("AlarmName", "")),
        readings=tuple(readings),
        expressions=tuple(query["Expression"] for query in queries if "Expression" in query),
        comparison=str(document.get("ComparisonOperator", "")),
        threshold=None if "ThresholdMetricId" in document else _number(document.get("Threshold")),
        periods=periods,
        breaches=_whole(document.get("DatapointsToAlarm"), periods),
        missing=str(document.get("TreatMissingData", "missing")),
        few_samples=str(document.get("EvaluateLowSampleCountPercentile", "evaluate")),
    )


def from_terraform(resource: Json) -> AlarmDefinition:
    """Read an ``aws_cloudwatch_metric_alarm`` as it stands in cdk.tf.json."""
    document = {_WORDS[key]: value for key, value in resource.items() if key in _WORDS}
    document["Metrics"] = [_query(query) for query in _blocks(resource.get("metric_query"))]
    return from_api(document)


_WORDS = {
    "alarm_name": "AlarmName",
    "comparison_operator": "ComparisonOperator",
    "datapoints_to_alarm": "DatapointsToAlarm",
    "dimensions": "Dimensions",
    "evaluate_low_sample_count_percentiles": "EvaluateLowSampleCountPercentile",
    "evaluation_periods": "EvaluationPeriods",
    "extended_statistic": "ExtendedStatistic",
    "metric_name": "MetricName",
    "namespace": "Namespace",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "threshold_metric_id": "ThresholdMetricId",
    "treat_missing_data": "TreatMissingData",
    "unit": "Unit",
}


def _query(query: Json) -> Json:
    found = {"Id": query["id"]}
    if "expression" in query:
        found["Expression"] = query["expression"]
    for metric in _blocks(query.get("metric")):
        inner = {
            _WORDS[key]: metric[key] for key in ("namespace", "metric_name", "dimensions", "unit") if key in metric
        }
        found["MetricStat"] = {"Metric": inner, "Period": metric["period"], "Stat": metric["stat"]}
    return found


def _blocks(value: Any) -> list[Json]:
    if value is None:
        return []
    return [value] if isinstance(value, Mapping) else list(value)


def _reading(stat: Json) -> Reading:
    metric = stat["Metric"]
    return Reading(
        namespace=str(metric.get("Namespace", "")),
        metric=str(metric["MetricName"]),
        dimensions=_dimensions(metric.get("Dimensions") or {}),
        period=_whole(stat["Period"], 60),
        statistic=str(stat["Stat"]),
        unit=str(stat.get("Unit") or metric.get("Unit") or ""),
    )


def _dimensions(found: Mapping[str, str] | Iterable[Json]) -> Mapping[str, str]:
    if isinstance(found, Mapping):
        return dict(found)
    return {str(each["Name"]): str(each["Value"]) for each in found}


def _whole(value: Any, unknown: int) -> int:
    found = _number(value)
    return unknown if found is None else int(found)


def _number(value: Any) -> float | None:
    """Read a number; None where there is none yet, as in Terraform's ``${...}``."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _stat(document: Json) -> str:
    return str(document.get("ExtendedStatistic") or document.get("Statistic") or "")
