"""The metrics of the sandbox."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox import clock
from sandbox.cloudwatch.bucket import Bucket, merged
from sandbox.cloudwatch.series import Series

_SHORTEST = 10  # seconds; all periods of alarms are multiples


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
            found = [bucket for series in chosen for bucket in series.between(start, end)]
            return merged(found) if found else None

    def late(self, metrics: Iterable[Metric]) -> int:
        """Count what has come for periods that were over: unless it grows, what was read of those is still so."""
        with self._lock:
            return sum(self._late[metric] for metric in metrics)

    def metrics(self) -> list[Metric]:
        """List what has data."""
        with self._lock:
            return list(self._series)

    def dump(self) -> dict[Metric, dict[str, dict[int, bytes]]]:
        """Return everything, to be kept."""
        with self._lock:
            return {
                metric: {unit: dict(series.dump()) for unit, series in units.items()}
                for metric, units in self._series.items()
            }

    def restore(self, dumped: Mapping[Metric, Mapping[str, dict[int, bytes]]]) -> None:
        """Put back what was kept."""
        with self._lock:
            for metric, units in dumped.items():
                for unit, minutes in units.items():
                    self._of(metric, unit).restore(minutes)

    def _bucket(self, metric: Metric, unit: str, second: int) -> Bucket:
        self._late[metric] += second < clock.now() // _SHORTEST * _SHORTEST
        return self._of(metric, unit).at(second)

    def _of(self, metric: Metric, unit: str) -> Series:
        units = self._series.setdefault(metric, {})
        if unit not in units:
            units[unit] = Series()
        return units[unit]


STORE = Store()
