"""The metrics of the sandbox: series of one-second buckets, kept for three hours."""

import pickle
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sandbox import clock
from sandbox.cloudwatch.bucket import Bucket, merged

KEPT = 3 * 3600  # seconds; as CloudWatch keeps data points of less than a minute
_SHORTEST = 10  # seconds; all periods of alarms are multiples

Series = dict[int, Bucket]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's identity: namespace, name and every dimension, none left out."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Mapping[str, str]) -> "Metric":
        """Build one from a mapping of dimensions."""
        return cls(namespace, name, frozenset(dimensions.items()))


class Store:
    """Thread-safe; writing is a dictionary look-up and a few additions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._series: dict[Metric, dict[str, Series]] = {}
        self._late: Counter[Metric] = Counter()

    def put(self, metric: Metric, value: float, unit: str, at: float, count: float = 1.0) -> None:
        """Record `value` `count` times at `at` (seconds since the epoch)."""
        with self._lock:
            self._bucket(metric, unit, int(at)).add(value, count)

    def put_set(self, metric: Metric, statistics: tuple[float, float, float, float], unit: str, at: float) -> None:
        """Record a statistic set: sample count, sum, minimum, maximum."""
        with self._lock:
            self._bucket(metric, unit, int(at)).add_set(*statistics)

    def bucket(self, metric: Metric, start: int, end: int, unit: str | None = None) -> Bucket | None:
        """Return everything of [start, end), of one unit or of all; None where there is nothing."""
        with self._lock:
            units = self._series.get(metric, {})
            chosen = [series for name, series in units.items() if unit in (None, name)]
            found = [bucket for series in chosen for bucket in _between(series, start, end)]
            return merged(found) if found else None

    def late(self, metrics: Iterable[Metric]) -> int:
        """Count what has come for periods that were over: unless it grows, what was read of those is still so."""
        with self._lock:
            return sum(self._late[metric] for metric in metrics)

    def metrics(self) -> list[Metric]:
        """List what has data."""
        with self._lock:
            return list(self._series)

    def dump(self) -> bytes:
        """Return everything, to be kept."""
        with self._lock:
            return pickle.dumps(self._series)

    def restore(self, dumped: bytes) -> None:
        """Put back what was kept."""
        with self._lock:
            self._series.update(pickle.loads(dumped))

    def _bucket(self, metric: Metric, unit: str, second: int) -> Bucket:
        self._late[metric] += second < clock.now() // _SHORTEST * _SHORTEST
        series = self._series.setdefault(metric, {}).setdefault(unit, {})
        if second not in series:
            series[second] = Bucket()
            _forget(series, second - KEPT)
        return series[second]


def _between(series: Series, start: int, end: int) -> Iterator[Bucket]:
    if end - start < len(series):
        return (series[second] for second in range(start, end) if second in series)
    return (bucket for second, bucket in series.items() if start <= second < end)


def _forget(series: Series, before: int) -> None:
    while (oldest := next(iter(series))) < before:
        del series[oldest]


STORE = Store()
