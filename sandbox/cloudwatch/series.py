"""One metric in one unit: one-second buckets, kept for three hours, and their bytes by the minute."""

import pickle
from collections.abc import Iterator

from sandbox.cloudwatch.bucket import Bucket

KEPT = 3 * 3600  # seconds; as CloudWatch keeps data points of less than a minute
_MINUTE = 60


class Series:
    """Writing is a dictionary look-up; not thread-safe, for `Store` is."""

    def __init__(self) -> None:
        self._buckets: dict[int, Bucket] = {}
        self._changed: set[int] = set()
        self._dumped: dict[int, bytes] = {}

    def at(self, second: int) -> Bucket:
        """Return a second's bucket, to be written; what is too old by then is forgotten."""
        minute = second // _MINUTE
        if minute not in self._changed:
            first = (second - KEPT) // _MINUTE
            self._changed = {minute, *(each for each in self._changed if each >= first)}
            self._dumped = {each: data for each, data in self._dumped.items() if each >= first}
        if second not in self._buckets:
            self._buckets[second] = Bucket()
            while (oldest := next(iter(self._buckets))) < second - KEPT:
                del self._buckets[oldest]
        return self._buckets[second]

    def between(self, start: int, end: int) -> Iterator[Bucket]:
        """Yield the buckets of [start, end)."""
        if end - start < len(self._buckets):
            return (self._buckets[second] for second in range(start, end) if second in self._buckets)
        return (bucket for second, bucket in self._buckets.items() if start <= second < end)

    def dump(self) -> dict[int, bytes]:
        """Return everything, to be kept; minutes that did not change since the last time are as they were then."""
        for minute in self._changed:
            seconds = range(minute * _MINUTE, (minute + 1) * _MINUTE)
            self._dumped[minute] = pickle.dumps(
                {second: self._buckets[second] for second in seconds if second in self._buckets}
            )
        self._changed.clear()
        return self._dumped

    def restore(self, dumped: dict[int, bytes]) -> None:
        """Put back what was kept."""
        for minute in sorted(dumped):
            self._buckets.update(pickle.loads(dumped[minute]))
        self._dumped.update(dumped)
