"""Kayenta's rule (Netflix's judge): Mann-Whitney on the series of both arms, asked again and again.

spinnaker/kayenta, kayenta-judge: NetflixACAJudge.scala (outliers by IQRDetector with factor 3 and reduced
sensitivity, confidence 0.98, tolerance 0.25), MannWhitneyClassifier.scala (High where the interval's lower end is
above 0.25 times the Hodges-Lehmann estimate, and the means' ratio is at least 1), kayenta-mannwhitney:
MannWhitney.scala (R's ``wilcox.test``, asymptotic, with continuity correction). One metric that is High makes the
score 0, which fails the canary. The interval is decided exactly here, where Kayenta searches its end by Brent's
method. Spinnaker's documentation (guides/user/canary/best-practices) wants a baseline of the canary's size, at least
50 points, and half an hour between judgements.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benchmarks.judge.streams import Floats, Ints

_TOLERANCE = 0.25
_CRITICAL = NormalDist().inv_cdf(0.99)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When it is asked, in periods: on all data since the beginning."""

    begin: int
    every: int


DOCUMENTED = Schedule(50, 30)
HURRIED = Schedule(5, 5)
"""Far sooner than documented, which is kinder."""


def stops(canary: Floats, baseline: Floats, schedule: Schedule) -> Ints:
    """Return the looks at which it rolls back; a metric of shape (runs, looks) per arm, higher is worse."""
    looks = canary.shape[1]
    ends = range(schedule.begin, looks + 1, schedule.every)
    found = (
        next((end - 1 for end in ends if high(mine[:end], other[:end])), looks)
        for mine, other in zip(canary, baseline, strict=True)
    )
    return np.fromiter(found, dtype=np.int64, count=canary.shape[0])


def high(canary: Floats, stable: Floats) -> bool:
    """Classify one metric: whether the canary is High."""
    mine, other = _kept(canary), _kept(stable)
    if not mine.size or not other.size or np.unique(np.concatenate((mine, other))).size == 1:
        return False
    if other.mean() > 0 and mine.mean() < other.mean():
        return False
    if _z(mine, other) <= _CRITICAL:  # the interval holds 0, so it holds the tolerance too
        return False
    estimate = abs(float(np.median(mine[:, None] - other[None, :])))
    return _z(mine - _TOLERANCE * estimate, other) > _CRITICAL


def _kept(values: Floats) -> Floats:
    """Take out what is missing and what is an outlier."""
    there = values[~np.isnan(values)]
    if not there.size:
        return there
    p01, p25, p75, p99 = np.percentile(there, (1, 25, 75, 99))
    low, high_end = p25 - 3 * (p75 - p25), p75 + 3 * (p75 - p25)
    kept: Floats = there[(there >= min(low, p01)) & (there <= max(high_end, p99))]
    return kept


def _z(mine: Floats, other: Floats) -> float:
    """The rank sum's standard score, corrected for continuity and ties.

    The interval's lower end is above 0 where this is above the critical value.
    """
    m, n = mine.size, other.size
    ordered = np.sort(other)
    below = np.searchsorted(ordered, mine, "left") + np.searchsorted(ordered, mine, "right")
    excess = below.sum() / 2 - m * n / 2
    _, ties = np.unique(np.concatenate((mine, other)), return_counts=True)
    spread = m * n / 12 * ((m + n + 1) - float((ties**3 - ties).sum()) / ((m + n) * (m + n - 1)))
    return float((excess - 0.5 * np.sign(excess)) / np.sqrt(spread)) if spread > 0 else 0.0
