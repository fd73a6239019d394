"""Tests on cumulated counts: the z-test with peeking, mSPRT, the oracle's SPRT, and Wald's limit.

Means are tested like rates, with the sample's variance (`Sample`), so latency uses the same functions.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benchmarks.judge.looks import first
from benchmarks.judge.streams import ALPHA, Floats, Ints, Streams


@dataclass(frozen=True, slots=True)
class Sample:
    """What one arm has shown up to each look; arrays of shape (runs, looks)."""

    count: Ints
    mean: Floats
    variance: Floats
    """Of one observation."""


def errors(bad: Ints, total: Ints) -> Sample:
    """Cumulate errors; the variance of a rate p is p(1 - p)."""
    count = np.cumsum(total, axis=1)
    with np.errstate(invalid="ignore"):
        rate = np.cumsum(bad, axis=1) / count
    return Sample(count, rate, rate * (1 - rate))


def both(streams: Streams) -> tuple[Sample, Sample]:
    """Cumulate the errors of canary and stable."""
    return errors(streams.canary_bad, streams.canary), errors(streams.stable_bad, streams.stable)


def z_test(canary: Sample, stable: Sample) -> Ints:
    """One-sided test at 1 % whether the canary's mean is higher, asked at every look as if it were the only one.

    The variance is the pooled sample's, as in the usual test of two proportions.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        total = canary.count + stable.count
        mean = (canary.count * canary.mean + stable.count * stable.mean) / total
        within = (canary.count * canary.variance + stable.count * stable.variance) / total
        between = (canary.count * (canary.mean - mean) ** 2 + stable.count * (stable.mean - mean) ** 2) / total
        error = np.sqrt((within + between) * (1 / canary.count + 1 / stable.count))
        return first((canary.mean - stable.mean) / error > NormalDist().inv_cdf(1 - ALPHA))


def msprt(canary: Sample, stable: Sample, tau: float) -> Ints:
    """Mixture SPRT on the difference of two means, prior N(0, tau²), at 1 %.

    Johari, Koomen, Pekelis and Walsh, *Peeking at A/B tests* (KDD 2017), section 4: each arm's sample variance in
    the place of the unknown one.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = canary.mean - stable.mean
        variance = canary.variance / canary.count + stable.variance / stable.count
        exponent = (tau * difference) ** 2 / (2 * variance * (variance + tau**2))
        evidence = 0.5 * np.log(variance / (variance + tau**2)) + exponent
        return first((evidence >= -math.log(ALPHA)) & (difference > 0))


def oracle(streams: Streams) -> Ints:
    """Wald's SPRT of an oracle that knows both rates in every period, and asks when the others do."""
    good, bad = streams.stable_rate, streams.suspected_rate
    per_bad, per_good = np.log(bad / good), np.log((1 - bad) / (1 - good))
    return sprt(streams.canary_bad * per_bad + (streams.canary - streams.canary_bad) * per_good)


def sprt(evidence: Floats) -> Ints:
    """Stop where the log-likelihood ratios of the periods so far sum up to log(1/alpha)."""
    return first(np.cumsum(evidence, axis=1) >= -math.log(ALPHA))


def limit(base: float, worse: float) -> float:
    """Wald's limit on the mean number of canary requests: log(1/alpha) over the divergence (Wald 1945)."""
    divergence = worse * math.log(worse / base) + (1 - worse) * math.log((1 - worse) / (1 - base))
    return -math.log(ALPHA) / divergence
