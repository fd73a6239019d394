"""What may happen to a rollout: the canary's faults, the weather over both arms, and what becomes of the metrics."""

from dataclasses import dataclass
from enum import StrEnum

from infra.spec.agreement import HEALTHY


class Nature(StrEnum):
    """What should become of a rollout."""

    HEALTHY = "healthy"
    """The canary is no worse: to take it back is a false rollback."""
    HARMFUL = "harmful"
    """The canary is worse: to promote it is to miss it."""
    BLIND = "blind"
    """Nothing is known of the canary: it must not be promoted."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A rollout's fate. Times are seconds; what is left out is as on a quiet day.

    The canary: ``error_times`` stable's error rate, ``failing`` more of its requests fail, ``slow_part`` of its
    answers take ``slower`` times as long, its quality is ``worse`` (times the bad share, and values divided by
    it), all of that growing from nothing over ``grows_over``; as a shadow it disagrees with stable ``disagreeing``
    times as often as it may; ``dead`` gets no request, ``silent`` publishes
    nothing. Both arms: from 20 minutes on and for 10, ``incident`` times the errors and twice the latency; a
    ``daily`` cycle by this share up and down, in requests and errors; ``traffic`` times the requests; ``burst``
    errors per fault on average. The metrics: a share ``missing`` of periods is lost, all come ``delayed``, or
    first in part and complete after ``piecemeal``.
    """

    name: str
    about: str
    nature: Nature = Nature.HEALTHY
    error_times: float = 1.0
    failing: float = 0.0
    slower: float = 1.0
    slow_part: float = 1.0
    worse: float = 1.0
    grows_over: float = 0.0
    disagreeing: float = HEALTHY
    dead: bool = False
    silent: bool = False
    incident: float = 1.0
    daily: float = 0.0
    traffic: float = 1.0
    burst: float = 1.0
    missing: float = 0.0
    delayed: float = 0.0
    piecemeal: float = 0.0

    @property
    def steady(self) -> bool:
        """Whether the arms behave the same at all times."""
        return not (self.grows_over or self.daily) and self.incident == 1.0
