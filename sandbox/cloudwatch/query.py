"""Metric data queries: which period each data point is of, and their evaluation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.cloudwatch.math_evaluate import Scope, evaluate, series_of
from sandbox.cloudwatch.math_syntax import parse
from sandbox.cloudwatch.math_values import Series, Value, finite
from sandbox.cloudwatch.store import Metric

SHORT_PERIODS = (1, 5, 10, 20, 30)


@dataclass(frozen=True, slots=True)
class Query:
    """A metric with its statistic and period (s), or an expression over other queries' ids."""

    id: str
    metric: Metric | None = None
    stat: str = ""
    period: int = 0
    unit: str | None = None
    expression: str = ""
    label: str = ""
    returned: bool = True


class QueryError(ValueError):
    """The queries make no sense together."""


Source = Callable[[Query, int, int], float | None]


def valid_period(period: int) -> bool:
    """Tell whether CloudWatch takes a period (s): 1, 5, 10, 20, 30 or a multiple of 60."""
    return period in SHORT_PERIODS or (period > 0 and period % 60 == 0)


def grid(start: float, end: float, period: int) -> range:
    """Return the starts of the periods of [start, end).

    Both are rounded down: to the period if it is shorter than a minute, else to the minute (GetMetricData).
    """
    step = min(period, 60)
    first = int(start // step) * step
    last = int(end // step) * step if period < 60 else int(-(-end // 1))
    return range(first, last, period)


class Evaluation:
    """The values of a set of queries over one span of time, each computed once."""

    def __init__(self, queries: Sequence[Query], span: tuple[float, float], source: Source) -> None:
        self._queries = {query.id: query for query in queries}
        self._span = span
        self._source = source
        self._known: dict[str, Value] = {}
        self._open: set[str] = set()

    def series(self, query_id: str) -> Series:
        """Return one query's points; QueryError, MathSyntaxError or MathTypeError if there can be none."""
        return finite(series_of(self._value(query_id)))

    def _value(self, query_id: str) -> Value:
        if query_id in self._known:
            return self._known[query_id]
        if query_id not in self._queries or query_id in self._open:
            raise QueryError(f"Unknown identifier or circular reference: {query_id}")
        self._open.add(query_id)
        self._known[query_id] = self._compute(self._queries[query_id])
        return self._known[query_id]

    def _compute(self, query: Query) -> Value:
        if query.metric is None:
            return self._expression(query.expression)
        points = {at: self._source(query, at, at + query.period) for at in grid(*self._span, query.period)}
        return {at: value for at, value in points.items() if value is not None}

    def _expression(self, expression: str) -> Value:
        metrics = [query for query in self._queries.values() if query.metric is not None]
        period = expression_period(self._queries)
        times = grid(*self._span, period)
        ids = [query.id for query in metrics]
        return evaluate(parse(expression), Scope(self._value, ids, times, period))


def expression_period(queries: Mapping[str, Query]) -> int:
    """Return the period (s) of expressions: the longest of the metrics', or a minute without any."""
    return max((query.period for query in queries.values() if query.metric is not None), default=60)
