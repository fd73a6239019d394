"""Reading the store for a set of queries."""

from typing import TYPE_CHECKING

from sandbox.cloudwatch.query import Query, Source
from sandbox.cloudwatch.statistics import statistic
from sandbox.cloudwatch.store import STORE, Metric

if TYPE_CHECKING:
    from sandbox.cloudwatch.bucket import Bucket


def reader() -> Source:
    """Return a reader of statistics over [start, end): None where a metric has no data.

    It gathers a metric's period once, however many statistics are asked of it.
    """
    gathered: dict[tuple[Metric, str | None, int, int], Bucket | None] = {}

    def read(query: Query, start: int, end: int) -> float | None:
        if query.metric is None:
            return None
        key = (query.metric, query.unit, start, end)
        if key not in gathered:
            gathered[key] = STORE.bucket(query.metric, start, end, query.unit)
        bucket = gathered[key]
        return statistic(query.stat, bucket) if bucket else None

    return read
