"""Statistics over one period, by the names that CloudWatch gives them.

Source: CloudWatch user guide, "CloudWatch statistics definitions". Percentiles are nearest rank: a value that
was observed.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.cloudwatch.bucket import Bucket

_SIMPLE: dict[str, Callable[[Bucket], float]] = {
    "Sum": lambda bucket: bucket.total,
    "Average": lambda bucket: bucket.total / bucket.count,
    "Minimum": lambda bucket: bucket.minimum,
    "Maximum": lambda bucket: bucket.maximum,
    "SampleCount": lambda bucket: bucket.count,
}
_PERCENTILE = re.compile(r"p(\d{1,3}(?:\.\d{1,10})?)")
_SHORT = re.compile(r"(tm|tc|ts)(\d{1,2}(?:\.\d{1,10})?)")
_BOUND = r"(-?\d*\.?\d*)(%?)"
_RANGE = re.compile(rf"(TM|TC|TS|PR)\({_BOUND}:{_BOUND}\)")


class UnknownStatisticError(ValueError):
    """CloudWatch has no statistic of this name."""


@dataclass(frozen=True, slots=True)
class Trim:
    """A trimmed statistic: `kind` TM (mean), TC (count), TS (sum) or PR (percentile rank), and its bounds.

    `low` is exclusive, `high` inclusive; None is open; both are percents of the samples if `relative`.
    """

    kind: str
    low: float | None
    high: float | None
    relative: bool


def statistic(name: str, bucket: Bucket) -> float | None:
    """Return the statistic `name` of a period; None where its values are hidden in statistic sets."""
    if bucket.count == 0:
        return None
    if name in _SIMPLE:
        return _SIMPLE[name](bucket)
    if percent := _percent(name):
        return _percentile(bucket, percent) if bucket.exact else None
    trim = parse_trim(name)
    return _trimmed(trim, bucket) if bucket.exact else None


def check(name: str) -> None:
    """Raise UnknownStatisticError unless `name` is a statistic."""
    if name not in _SIMPLE and not _percent(name):
        parse_trim(name)


def parse_trim(name: str) -> Trim:
    """Read IQM, tm90, TM(10%:90%), PR(:300) and their like; UnknownStatisticError for anything else."""
    if name == "IQM":
        return Trim("TM", 25.0, 75.0, relative=True)
    if short := _SHORT.fullmatch(name):
        return Trim(short[1].upper(), None, float(short[2]), relative=True)
    whole = _RANGE.fullmatch(name)
    if whole is None or not (whole[2] or whole[4]):
        raise UnknownStatisticError(f"The value {name} for parameter Stat is not supported.")
    relative = bool(whole[3] or whole[5])
    if whole[1] == "PR" and relative:
        raise UnknownStatisticError(f"The value {name} for parameter Stat is not supported.")
    return Trim(whole[1], _bound(whole[2]), _bound(whole[4]), relative)


def _bound(text: str) -> float | None:
    return float(text) if text else None


def _percent(name: str) -> float | None:
    match = _PERCENTILE.fullmatch(name)
    return float(match[1]) if match and 0 < float(match[1]) <= 100 else None


def _percentile(bucket: Bucket, percent: float) -> float:
    wanted = bucket.count * percent / 100
    seen = 0.0
    ordered = bucket.ordered()
    for value, count in zip(*ordered, strict=True):
        seen += count
        if seen >= wanted - 1e-9:
            return value
    return ordered.values[-1]


def _trimmed(trim: Trim, bucket: Bucket) -> float | None:
    kept = _between_ranks(trim, bucket) if trim.relative else _between_values(trim, bucket)
    count = sum(number for _, number in kept)
    total = sum(value * number for value, number in kept)
    if trim.kind == "TC":
        return count
    if trim.kind == "TS":
        return total
    if trim.kind == "PR":
        return 100 * count / bucket.count
    return total / count if count else None


def _between_values(trim: Trim, bucket: Bucket) -> list[tuple[float, float]]:
    values, counts = bucket.ordered()
    first = 0 if trim.low is None else bisect_right(values, trim.low)
    last = len(values) if trim.high is None else bisect_right(values, trim.high)
    return list(zip(values[first:last], counts[first:last], strict=True))


def _between_ranks(trim: Trim, bucket: Bucket) -> list[tuple[float, float]]:
    first = bucket.count * (trim.low or 0) / 100
    last = bucket.count * (100 if trim.high is None else trim.high) / 100
    kept, seen = [], 0.0
    for value, count in zip(*bucket.ordered(), strict=True):
        part = min(seen + count, last) - max(seen, first)
        if part > 0:
            kept.append((value, part))
        seen += count
    return kept
