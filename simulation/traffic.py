"""What an endpoint is asked, and how stable answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulation.law import Law


@dataclass(frozen=True, slots=True)
class Moment:
    """An interval of the traffic: requests per second, stable's error rate, its latency in milliseconds."""

    requests_per_second: float
    error_rate: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Recording:
    """What was seen once, replayed from a random moment on and again from its beginning.

    ``every`` is the seconds of one moment; ``error_times`` how many times as often as stable a canary failed that
    was recorded beside it.
    """

    every: float
    moments: Sequence[Moment]
    error_times: float = 1.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """The traffic of an endpoint at any time, or as it was recorded.

    ``p50`` and ``p99`` are stable's latency in milliseconds; ``bad_share`` stands for the bad share of every
    quality metric and of every metric of the plan's own, of which nothing else is known.
    """

    requests_per_second: float
    error_rate: float = 0.005
    p50: float = 80.0
    p99: float = 400.0
    bad_share: float = 0.1
    recording: Recording | None = None

    @property
    def error_times(self) -> float:
        """How many times as often as stable a canary fails for all that was recorded."""
        return self.recording.error_times if self.recording else 1.0

    @property
    def length(self) -> float:
        """Seconds after which a recording begins again; a day where there is none."""
        return self.recording.every * len(self.recording.moments) if self.recording else 86_400.0

    def at(self, second: float) -> Moment:
        """Tell the traffic at a second of the day, or of the recording."""
        if self.recording is None:
            return Moment(self.requests_per_second, self.error_rate, self.p50, self.p99)
        return self.recording.moments[int(second // self.recording.every) % len(self.recording.moments)]


def recorded(recording: Recording, bad_share: float = 0.1) -> Traffic:
    """Make traffic of a recording; its means stand for the past that stable is measured on."""
    rows = recording.moments
    requests = sum(row.requests_per_second for row in rows)

    def mean(values: Sequence[float]) -> float:
        return sum(v * row.requests_per_second for v, row in zip(values, rows, strict=True)) / requests

    return Traffic(
        requests_per_second=requests / len(rows),
        error_rate=mean([row.error_rate for row in rows]),
        p50=mean([row.p50 for row in rows]),
        p99=mean([row.p99 for row in rows]),
        bad_share=bad_share,
        recording=recording,
    )


def law(moment: Moment) -> Law:
    """Return the law of stable's latency, in microseconds as CloudWatch has it."""
    return Law.through(1_000 * moment.p50, 1_000 * moment.p99)
