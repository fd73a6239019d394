"""How good the answers were over time: an interval cut into slices, and each variant's figure in each."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lake.bounds import Bounds, normal, wilson
from lake.hours import Interval
from lake.predicted import right
from lake.quality import count
from lambdas.rollout.quality.schema import Schema

MOST = 24
"""Slices at most: as many as a picture has room for."""
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_ROUND = (1, 2, 5, 10, 15, 30, *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)), *(_HOUR * n for n in (1, 2, 3, 6, 12)))
"""Lengths of slices in seconds, below a day; longer ones are whole days."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An interval in slices of ``seconds`` each, from ``since`` (UTC, a whole second) on; the last may be shorter."""

    since: datetime
    until: datetime
    seconds: int

    def ends(self, number: int) -> tuple[datetime, datetime]:
        """Tell when a slice begins and ends; they count from 0."""
        begin = self.since + timedelta(seconds=number * self.seconds)
        return begin, min(self.until, begin + timedelta(seconds=self.seconds))


def cut(interval: Interval, most: int = MOST) -> Cut:
    """Cut an interval into ``most`` slices or fewer, of a round length: captures are read to the second."""
    since, until = (moment.replace(microsecond=0) for moment in interval.utc)
    least = (until - since).total_seconds() / most
    return Cut(since, until, next((size for size in _ROUND if size >= least), _DAY * math.ceil(least / _DAY)))


def per_slice(schema: Schema, into: Cut) -> str:
    """Ask for each variant's labelled rows in each slice of the inference's time; slices without any are left out.

    Columns: endpoint, variant, slice (from 0), labelled, and ``right`` (rows predicted as they turned out), or of a
    regression ``mean_absolute_error`` and ``deviation`` (the absolute errors' own, of a sample).
    """
    start = f"TIMESTAMP '{into.since:%Y-%m-%d %H:%M:%S}'"
    place = f"CAST(floor(date_diff('second', {start}, \"at\") / {into.seconds}.0) AS INTEGER)"
    errors = "avg(abs(value - told)) AS mean_absolute_error, stddev_samp(abs(value - told)) AS deviation"
    figures = errors if schema.predicted.number else f'{count("was_right")} AS "right"'
    answered = f"endpoint, variant, {place} AS slice, {right(schema.predicted)} AS was_right, value, told"
    placed = f"SELECT {answered} FROM labelled"
    return (
        f"SELECT endpoint, variant, slice, count(*) AS labelled, {figures} FROM ({placed}) AS placed"
        f" GROUP BY endpoint, variant, slice ORDER BY endpoint, variant, slice"
    )


@dataclass(frozen=True, slots=True)
class Slice:
    """A variant's figure in a slice: the accuracy (0 to 1), or the mean absolute error in the answer's unit.

    ``bounds`` hold the true one with 95 % confidence: Wilson's of a share, the normal law's of a mean; None where a
    single row cannot say.
    """

    variant: str
    number: int
    labelled: int
    value: float
    bounds: Bounds | None


def slices(records: Iterable[Mapping[str, Any]]) -> tuple[Slice, ...]:
    """Take `per_slice`'s rows; a figure that is no finite number is left out."""
    found = (_slice(record) for record in records)
    return tuple(each for each in found if math.isfinite(each.value))


def _slice(record: Mapping[str, Any]) -> Slice:
    variant, number, labelled = record["variant"], int(record["slice"]), int(record["labelled"])
    if "right" in record:
        right = int(record["right"])
        return Slice(variant, number, labelled, right / labelled, wilson(right, labelled))
    mean, deviation = float(record["mean_absolute_error"]), record["deviation"]
    return Slice(variant, number, labelled, mean, normal(mean, deviation, labelled))
