"""Which files hold an interval: no query is without a bound on the hours that it reads."""

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOUR = timedelta(hours=1)
LATE = timedelta(days=1)
"""For so long after the window truths are read all the same, so that late ones are counted, not taken for none."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``since`` up to ``until``, which is not in it; raises ValueError where it is empty or lacks a zone."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("an interval's moments have a time zone")
        if self.since >= self.until:
            raise ValueError("an interval ends after it begins")

    @property
    def utc(self) -> tuple[datetime, datetime]:
        """Both moments in UTC."""
        return self.since.astimezone(UTC), self.until.astimezone(UTC)

    @property
    def hours(self) -> tuple[datetime, ...]:
        """The hours, in UTC, that the interval touches: SageMaker's folders are of the inference's hour."""
        since, until = self.utc
        first = since.replace(minute=0, second=0, microsecond=0)
        count = -((first - until) // HOUR)
        return tuple(first + i * HOUR for i in range(count))

    def truths(self, window: int) -> "Interval":
        """The interval in which truths of it may have been collected; ``window`` is in seconds."""
        return Interval(self.since, self.until + timedelta(seconds=window) + LATE)


def capture_globs(prefix: str, endpoint: str, interval: Interval) -> tuple[str, ...]:
    """Name the capture files of an endpoint, all its variants, in an interval: one pattern per hour."""
    root = f"{prefix.rstrip('/')}/{glob.escape(endpoint)}"
    return tuple(f"{root}/*/{hour:%Y/%m/%d/%H}/*.jsonl" for hour in interval.hours)


def truth_globs(prefix: str, interval: Interval, window: int) -> tuple[str, ...]:
    """Name the files of the truths that may belong to an interval: one pattern per hour."""
    return tuple(f"{prefix.rstrip('/')}/{hour:%Y/%m/%d/%H}/*.jsonl" for hour in interval.truths(window).hours)


def files(globs: Iterable[str]) -> tuple[str, ...]:
    """Find the local files, in order, each once."""
    return tuple(dict.fromkeys(path for pattern in globs for path in _found(pattern)))


def _found(pattern: str) -> Iterator[str]:
    yield from sorted(glob.glob(pattern))  # noqa: PTH207 - Path.glob takes no absolute pattern


def scanned(paths: Iterable[str]) -> int:
    """Tell how many bytes a query over these files will read, before it runs: JSON lines are read whole."""
    return sum(Path(path).stat().st_size for path in paths)
