"""One second (or one period) of one metric: its aggregates, and its values for percentiles."""

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple


class Ordered(NamedTuple):
    """Values from the least on, and how often each was seen."""

    values: list[float]
    counts: list[float]


class Bucket:
    """Values with their counts; `exact` is false once a statistic set hid the values behind it."""

    __slots__ = ("_ordered", "count", "counts", "exact", "maximum", "minimum", "total", "values")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0
        self.minimum = float("inf")
        self.maximum = float("-inf")
        self.exact = True
        self.values = array("d")
        self.counts = array("d")
        self._ordered: Ordered | None = None

    def ordered(self) -> "Ordered":
        """Return the values from the least on, and the count of each; put in order once, until more comes."""
        if self._ordered is None:
            pairs = sorted(zip(self.values, self.counts, strict=True))
            self._ordered = Ordered([value for value, _ in pairs], [count for _, count in pairs])
        return self._ordered

    def add(self, value: float, count: float = 1.0) -> None:
        """Count `value` `count` times."""
        self._aggregate(count, value * count, value, value)
        self.values.append(value)
        self.counts.append(count)

    def add_set(self, count: float, total: float, minimum: float, maximum: float) -> None:
        """Count a statistic set; it keeps percentiles only when it stands for one value."""
        self._aggregate(count, total, minimum, maximum)
        if minimum == maximum:
            self.values.append(minimum)
            self.counts.append(count)
        else:
            self.exact = False

    def _aggregate(self, count: float, total: float, minimum: float, maximum: float) -> None:
        self._ordered = None
        self.count += count
        self.total += total
        self.minimum = min(self.minimum, minimum)
        self.maximum = max(self.maximum, maximum)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what was seen, without what was put in order; arrays as bytes: by themselves they take longer."""
        seen = (self.count, self.total, self.minimum, self.maximum, self.exact)
        return _unpickled, (seen, self.values.tobytes(), self.counts.tobytes())

    def merge(self, other: "Bucket") -> None:
        """Take everything of `other` in."""
        self._aggregate(other.count, other.total, other.minimum, other.maximum)
        self.exact = self.exact and other.exact
        self.values.extend(other.values)
        self.counts.extend(other.counts)


def _unpickled(seen: tuple[float, float, float, float, bool], values: bytes, counts: bytes) -> Bucket:
    found = Bucket()
    found.count, found.total, found.minimum, found.maximum, found.exact = seen
    found.values.frombytes(values)
    found.counts.frombytes(counts)
    return found


def merged(buckets: Iterable[Bucket]) -> Bucket:
    """Return one bucket with everything of `buckets`."""
    whole = Bucket()
    for bucket in buckets:
        whole.merge(bucket)
    return whole
