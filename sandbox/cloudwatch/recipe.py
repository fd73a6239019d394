"""What moto stored of an alarm, as queries and a comparison."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.cloudwatch.models import Alarm

from sandbox.cloudwatch.query import Query
from sandbox.cloudwatch.store import Metric

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one metric alarm is evaluated."""

    queries: tuple[Query, ...]
    watched: str  # id of the query that is compared with the threshold
    period: int
    periods: int
    needed: int
    threshold: float
    comparison: str
    missing: str

    @property
    def metrics(self) -> frozenset[Metric]:
        """Whose data it is evaluated by."""
        return frozenset(query.metric for query in self.queries if query.metric)

    def over(self, now: float) -> int:
        """Tell when the last period that is over at `now` ended; both in seconds since the epoch."""
        step = min(self.period, 60)
        return int(now // step) * step

    def breaches(self, value: float) -> bool:
        """Tell whether a data point is outside of the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)


def recipe(alarm: Alarm) -> Recipe:
    """Read a metric alarm."""
    queries = tuple(_query(query) for query in alarm.metric_data_queries) or (_single(alarm),)
    returned = [query.id for query in queries if query.returned]
    periods = int(alarm.evaluation_periods)
    return Recipe(
        queries=queries,
        watched=returned[-1] if returned else queries[-1].id,
        period=max(query.period for query in queries),
        periods=periods,
        needed=int(alarm.datapoints_to_alarm or periods),
        threshold=float(alarm.threshold),
        comparison=alarm.comparison_operator,
        missing=alarm.treat_missing_data or "missing",
    )


def _single(alarm: Alarm) -> Query:
    return Query(
        id="m1",
        metric=_metric(alarm.namespace, alarm.metric_name, alarm.dimensions),
        stat=alarm.statistic or alarm.extended_statistic or "",
        period=int(alarm.period),
        unit=alarm.unit,
    )


def _query(query: Any) -> Query:
    returned = str(query.return_data).lower() != "false"
    stat = query.metric_stat
    if stat is None:
        return Query(id=query.id, expression=query.expression, label=query.label or "", returned=returned)
    return Query(
        id=query.id,
        metric=_metric(stat.metric.namespace, stat.metric.metric_name, stat.metric.dimensions),
        stat=stat.stat,
        period=int(stat.period),
        unit=stat.unit,
        label=query.label or "",
        returned=returned,
    )


def _metric(namespace: str, name: str, dimensions: Any) -> Metric:
    return Metric.of(namespace, name, {dimension.name: dimension.value for dimension in dimensions})
