"""What a judge is worth on one setting: how often it blames a healthy canary, and how soon it ends a bad one."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from benchmarks.judge.streams import LOOKS, Floats, Ints

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and its standard error."""

    value: float
    error: float

    @property
    def half(self) -> float:
        """Half the width of the 95 % confidence interval."""
        return _Z * self.error


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total`` runs."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.total

    def bound(self, confidence: float = 0.95) -> float:
        """Upper confidence bound, exact (Clopper and Pearson 1934)."""
        return (
            1.0 if self.count == self.total else float(beta.ppf(confidence, self.count + 1, self.total - self.count))
        )

    def exceeds(self, limit: float, confidence: float = 0.95) -> bool:
        """Whether the share is more than ``limit`` beyond doubt: its lower confidence bound is (Clopper, Pearson)."""
        return self.count > 0 and float(beta.ppf(1 - confidence, self.count, self.total - self.count + 1)) > limit


@dataclass(frozen=True, slots=True)
class Score:
    """One judge on one setting."""

    judge: str
    aided: bool
    """Knows the rates, or was tuned with hindsight on these very streams."""
    false: Share
    """Healthy hours that were rolled back."""
    power: Share
    """Bad canaries that were rolled back within the hour."""
    unseen: Share
    """Bad canaries that it had not rolled back when the streams ended: means are then lower bounds."""
    minutes: float
    """Median looks to rollback."""
    requests: Floats
    """Canary requests until rollback (or the end), by run."""
    bad: Floats
    """Canary errors until then, by run."""


def score(judge: str, healthy: Ints, stops: Ints, canary: Ints, bad: Ints, *, aided: bool = False) -> Score:
    """Score the looks at which a judge rolled back ``healthy`` and bad runs.

    ``canary`` and ``bad`` are the requests and errors of the bad runs, of shape (runs, periods).
    """
    periods = canary.shape[1]
    runs, last = np.arange(stops.size), np.minimum(stops, periods - 1)
    return Score(
        judge=judge,
        aided=aided,
        false=Share(int((healthy < LOOKS).sum()), healthy.size),
        power=Share(int((stops < LOOKS).sum()), stops.size),
        unseen=Share(int((stops >= periods).sum()), stops.size),
        minutes=float(np.median(stops)) + 1,
        requests=np.cumsum(canary[: stops.size], axis=1)[runs, last].astype(np.float64),
        bad=np.cumsum(bad[: stops.size], axis=1)[runs, last].astype(np.float64),
    )


def mean(values: Floats) -> Mean:
    """Return the mean of independent runs."""
    return Mean(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size))


def ratio(above: Floats, below: Floats) -> Mean:
    """Return the ratio of two means over the runs that both judges saw, its error by the delta method."""
    size = min(above.size, below.size)
    one, other = above[:size], below[:size]
    value = float(one.mean() / other.mean())
    return Mean(value, float((one - value * other).std(ddof=1)) / math.sqrt(size) / float(other.mean()))
