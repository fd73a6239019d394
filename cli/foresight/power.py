"""The smallest regression that a guardrail sees: its e-process over many repetitions at once.

The judge's own e-values (`lambdas.rollout.judge.harm`, `.spread`) without the boost of rates and without the learned
component of spreads, which can only add to them: what is seen here is seen by the judge at least as well. A step's
periods are taken together, a few looks a step: at one weight, what two periods prove is what they prove together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap

import numpy as np
from numpy.typing import NDArray

from cli.foresight.case import CalibrationCase, Case, RateCase, SpreadCase
from cli.foresight.draws import Counts, bad, binned, generator
from cli.foresight.shape import bins
from lambdas.rollout.judge.draws import times_as_likely
from lambdas.rollout.judge.harm import BETWEEN_GROUPS, BETWEEN_GROUPS_PRIOR, PRIOR, RATIOS
from lambdas.rollout.judge.ladder import WORSE, WORSE_PRIOR, ratios
from lambdas.rollout.judge.rate import terms

POWER = 0.9
_REPETITIONS, _HALVINGS, _LOOKS = 400, 12, 6
Logs = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exposure:
    """The requests that canary and stable are expected to answer while a weight is served."""

    canary: float
    stable: float


def smallest(case: Case, exposures: Sequence[Exposure]) -> float | None:
    """Return how many times as bad as stable a canary must be to be seen with 90 % power; None if none is."""
    low, high = map(math.log, case.range)
    if high <= low or power(case, exposures, math.exp(high)) < POWER:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if power(case, exposures, math.exp(middle)) >= POWER else (middle, high)
    return math.exp(high)


def power(case: Case, exposures: Sequence[Exposure], worse: float) -> float:
    """Return the chance that the judge says FAIL by the end of the last exposure, to a canary that bad."""
    rng = generator(1)
    requests = rng.poisson(_means(exposures), (_REPETITIONS, len(exposures) - 1 + _LOOKS, 2))
    match case:
        case RateCase():
            logs = _rate(case, rng, requests, worse)
        case SpreadCase():
            logs = _spread(case, rng, requests, worse)
        case CalibrationCase():
            logs = _calibration(case, rng, requests, worse)
        case _:
            raise TypeError(f"{case} is no case")
    wealth = np.logaddexp.reduce(np.cumsum(logs, axis=1) + _prior(case), axis=2)
    sides = 2 if isinstance(case, CalibrationCase) else 1
    return float(np.mean(wealth.max(axis=1) >= -math.log(case.chances.fail / sides)))


def _means(exposures: Sequence[Exposure]) -> Logs:
    """Look once after each earlier exposure, and a few times in the last."""
    *before, last = exposures
    in_parts = [Exposure(last.canary / _LOOKS, last.stable / _LOOKS)] * _LOOKS
    return np.array([[each.canary, each.stable] for each in (*before, *in_parts)])


def _prior(case: Case) -> Logs:
    match case:
        case RateCase():
            return np.log(PRIOR)
        case CalibrationCase():
            return np.log(BETWEEN_GROUPS_PRIOR)
        case _:
            return np.log(WORSE_PRIOR[:-1])


def _rate(case: RateCase, rng: np.random.Generator, requests: Counts, worse: float) -> Logs:
    """Log e-values per repetition, look and ratio."""
    given, base, factors = terms(case.guardrail), case.base, np.array(RATIOS)
    counts = requests if base.per_request == 1.0 else rng.poisson(requests * base.per_request)
    canary, stable = counts[..., 0], counts[..., 1]
    hits = bad(rng, canary, base.share * worse, given.burst)
    if given.at_most is None:
        both = (canary > 0) & (stable > 0)
        part = np.where(both, canary / np.maximum(canary + stable, 1), 0.0)
        hits = np.where(both, hits, 0)
        draws = np.where(both, hits + bad(rng, stable, base.share, given.burst), 0)
        chance = given.margin * part / (1 + part * (given.margin - 1))
    else:
        draws, chance = canary, np.full(canary.shape, given.at_most)
    tolls = draws[..., None] * np.log1p(chance[..., None] * (factors - 1))
    return np.asarray((hits[..., None] * np.log(factors) - tolls) / given.burst)


def _calibration(case: CalibrationCase, rng: np.random.Generator, requests: Counts, worse: float) -> Logs:
    """Log e-values per repetition, look and ratio, of scores that are too low."""
    given, base, factors = case.guardrail, case.base, np.array(BETWEEN_GROUPS.ratios)
    labelled = requests[..., 0] if base.per_request == 1.0 else rng.poisson(requests[..., 0] * base.per_request)
    positive = bad(rng, labelled, base.share * worse, given.burst)
    toll = np.log1p(times_as_likely(base.share, given.margin) * (factors - 1))
    return np.asarray((positive[..., None] * np.log(factors) - labelled[..., None] * toll) / given.burst)


def _spread(case: SpreadCase, rng: np.random.Generator, requests: Counts, worse: float) -> Logs:
    """Log e-values per repetition, look and kind of canary."""
    shares = case.shape.ladder(case.guardrail.key).shares
    canary = binned(rng, requests[..., 0], bins(case.shape, case.guardrail.margin, worse))
    stable = binned(rng, requests[..., 1], shares)
    total = requests.sum(axis=2)
    both = (requests[..., 0] > 0) & (requests[..., 1] > 0)
    part = np.where(both, requests[..., 0] / np.maximum(total, 1), 0.0)
    columns = [np.array(row) for row in starmap(lambda p, lift: ratios(shares, p, lift), WORSE)]
    logs = [
        canary @ np.log(row) - ((canary + stable) * np.log1p(part[..., None] * (row - 1))).sum(axis=2)
        for row in columns
    ]
    return np.where(both[..., None], np.stack(logs, axis=2), 0.0)
