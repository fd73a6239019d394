"""Peers that are packages: GrowthBook's gbstats and savvi, run as they come."""

from collections.abc import Callable, Sequence

import numpy as np
from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import ProportionStatistic, SampleMeanStatistic, TestStatistic
from savvi.multinomial import Multinomial

from benchmarks.judge.sequential import Sample
from benchmarks.judge.streams import ALPHA, Floats, Ints, Streams

_CONFIG = SequentialConfig(alpha=ALPHA, difference_type="absolute")


def gbstats(streams: Streams) -> Ints:
    """GrowthBook's sequential test with its own tuning parameter, at every look; worse and p <= 1 % rolls back."""
    counts = (streams.canary_bad, streams.canary, streams.stable_bad, streams.stable)
    rows = np.stack([np.cumsum(count, axis=1) for count in counts], axis=2).tolist()
    return np.array([_first(row, _more_errors) for row in rows], dtype=np.int64)


def _more_errors(canary_bad: int, canary: int, stable_bad: int, stable: int) -> bool:
    if not stable_bad or not canary or canary_bad * stable <= stable_bad * canary:
        return False
    return _significant(ProportionStatistic(n=stable, sum=stable_bad), ProportionStatistic(n=canary, sum=canary_bad))


def _significant(base: TestStatistic, variation: TestStatistic) -> bool:
    return float(SequentialTwoSidedTTest(base, variation, _CONFIG).p_value) <= ALPHA


def _first(looks: Sequence[Sequence[float]], worse: Callable[..., bool]) -> int:
    return next((at for at, numbers in enumerate(looks) if worse(*numbers)), len(looks))


def savvi(streams: Streams, share: float) -> Ints:
    """Savvi's multinomial test of whose the errors are, given the canary's fixed share of the requests."""
    rows = np.stack((streams.canary_bad, streams.stable_bad), axis=2)
    return np.array([_savvi(row, np.array([share, 1 - share])) for row in rows], dtype=np.int64)


def _savvi(looks: Ints, shares: Floats) -> int:
    test = Multinomial(ALPHA, shares)
    for at, counts in enumerate(looks):
        test.update(counts)
        if test.calculate_p_value() <= ALPHA and test.counts[0] > shares[0] * test.counts.sum():
            return at
    return len(looks)


def gbstats_mean(canary: Sample, stable: Sample) -> Ints:
    """The same on means, which an arm's count, mean and variance give."""
    arms = (canary.count, canary.mean, canary.variance, stable.count, stable.mean, stable.variance)
    rows = np.stack(np.broadcast_arrays(*arms), axis=2).tolist()
    return np.array([_first(row, _slower) for row in rows], dtype=np.int64)


def _slower(count: float, mean: float, variance: float, count_s: float, mean_s: float, variance_s: float) -> bool:
    if mean <= mean_s:
        return False
    return _significant(_statistic(count_s, mean_s, variance_s), _statistic(count, mean, variance))


def _statistic(count: float, mean: float, variance: float) -> SampleMeanStatistic:
    squares = count * mean**2 + (count - 1) * variance
    return SampleMeanStatistic(n=int(count), sum=count * mean, sum_squares=squares)
