"""The chance of each arm to be the best one, computed, not drawn.

Given the evidence, the arms' tilts are normal with mean I+ score and covariance I+ (I+ being the pseudoinverse of
the information, for only differences are known). For two arms the chance to be best is Phi of one difference. For
more, the covariance is first written as that of arms which are independent of each other, so that one integral
does it: the variances of all differences v_ab are split into d_a + d_b. For three arms that is exact, and also for
any number whose shares never changed; otherwise it is the least-squares fit.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.bandit.evidence import Evidence

_STEPS = [step / 8 for step in range(-48, 49)]
"""Where each arm's distribution is looked at, in its standard deviations: six on both sides."""
_NARROW = 1e-6
"""Least standard deviation of an arm relative to the widest one's."""
_TINY = 1e-300
"""Where an arm is this unlikely to lie, nothing is lost by not knowing what the others do."""

Rows = list[list[float]]


def best(evidence: Evidence, eligible: Sequence[int], sharpness: float = 1.0) -> list[float]:
    """Return the chance of each of the ``eligible`` arms to be the best of them; they add up to 1.

    Without rewards, nothing is known, and all are alike. With ``sharpness`` all differences are taken to be known
    that many times as precisely.
    """
    prior = evidence.prior()
    if len(eligible) < 2 or not prior:
        return [1 / len(eligible) for _ in eligible]
    means, covariance = _posterior(evidence, prior)
    apart = [
        [(covariance[a][a] + covariance[b][b] - 2 * covariance[a][b]) / sharpness**2 for b in eligible]
        for a in eligible
    ]
    chosen = [means[a] for a in eligible]
    if len(eligible) == 2:
        first = phi((chosen[0] - chosen[1]) / math.sqrt(apart[0][1]))
        return [first, 1 - first]
    return _maximum(chosen, _independent(apart))


def phi(z: float) -> float:
    """Return the standard normal distribution function."""
    return math.erfc(-z / math.sqrt(2)) / 2


def _posterior(evidence: Evidence, prior: float) -> tuple[list[float], Rows]:
    """Return means and covariance, of which only differences mean something.

    The prior is information that all arms are alike; a constant on the whole matrix makes it one that can be
    inverted, and changes no difference.
    """
    arms = len(evidence.score)
    matrix = [[entry + prior * (i == j) for j, entry in enumerate(row)] for i, row in enumerate(evidence.information)]
    covariance = _inverse(matrix)
    return [sum(row[j] * evidence.score[j] for j in range(arms)) for row in covariance], covariance


def _inverse(matrix: Rows) -> Rows:
    """Invert a positive definite matrix, by elimination."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for i, pivot in enumerate(rows):
        scale = pivot[i]
        pivot[:] = [entry / scale for entry in pivot]
        for other in rows[:i] + rows[i + 1 :]:
            factor = other[i]
            other[:] = [entry - factor * of for entry, of in zip(other, pivot, strict=True)]
    return [row[size:] for row in rows]


def _independent(apart: Rows) -> list[float]:
    """Return standard deviations of independent arms whose differences vary as given, or nearly so."""
    arms = len(apart)
    sums = [sum(row) for row in apart]
    all_of_it = sum(sums) / (2 * (arms - 1))
    deviations = [math.sqrt(max(0.0, own - all_of_it) / (arms - 2)) for own in sums]
    return [max(own, _NARROW * max(deviations)) for own in deviations]


def _maximum(means: Sequence[float], deviations: Sequence[float]) -> list[float]:
    """Return each independent normal's chance to be the greatest: the integral of dF_a times all others' F.

    By the trapezoidal rule in F, on points that are dense wherever one of them changes.
    """
    points = sorted(mean + own * step for mean, own in zip(means, deviations, strict=True) for step in _STEPS)
    below = [[phi((point - mean) / own) for mean, own in zip(means, deviations, strict=True)] for point in points]
    others = [
        [whole / max(own, _TINY) for own in row] for row, whole in zip(below, map(math.prod, below), strict=True)
    ]
    found = [0.0] * len(means)
    for (low, low_others), (high, high_others) in pairwise(zip(below, others, strict=True)):
        for arm in range(len(means)):
            found[arm] += (high[arm] - low[arm]) * (low_others[arm] + high_others[arm]) / 2
    whole = sum(found)
    return [chance / whole for chance in found]
