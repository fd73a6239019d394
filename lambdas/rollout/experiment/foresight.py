"""How long an experiment will take, before it begins.

Where a treatment is better by the effect, the log e-value of the judge's test grows by a known amount per exposure,
the Kullback-Leibler divergence; its mean time to the bound is Wald's, and the chance to have reached it that of a
Brownian motion with that drift and, as log likelihood ratios have, twice that variance (Siegmund 1985). Both count
what the mixture over effects costs, and not what the boost gives back: the experiment is a little sooner.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.experiment.proofs import POWERS, PRIOR
from lambdas.rollout.judge.ladder import WORSE_PRIOR, ratios

if TYPE_CHECKING:
    from lambdas.rollout.experiment.terms import Terms
    from lambdas.rollout.judge.ladder import Ladder


class Foresight(NamedTuple):
    """Exposures of all arms together until a treatment that is better by the effect is proven better, and seconds.

    ``expected`` is the mean, ``enough`` suffices with the power asked; ``equal`` is about what equal arms need to be
    proven to differ by less than the effect, either way. All are infinite where nothing can be seen.
    """

    expected: float
    enough: float
    equal: float
    expected_seconds: float
    enough_seconds: float


def of_rate(terms: Terms, base: float, traffic: float) -> Foresight:
    """Foresee an experiment on a rate that is ``base`` on the control, at ``traffic`` exposures per second."""
    lift, (control, treatment) = 1 + terms.effect, _shares(terms)
    share = treatment / (control + treatment)
    tilted = share * lift / (1 + share * (lift - 1))
    lowered = share / (share + (1 - share) * lift)
    seen = base * (control + treatment * lift) * _divergence(tilted, share)
    equal = base * (control + treatment) * min(_divergence(share, tilted), _divergence(share, lowered))
    return _foresight(terms, seen, equal, -math.log(PRIOR[POWERS.index(1.0)]), traffic)


def of_values(terms: Terms, ladder: Ladder, traffic: float) -> Foresight:
    """Foresee an experiment on values that lie as a ladder says, as though they were exponential.

    A rough one: what lies between the edges is not known, and how soon the judge's mixture learns it neither.
    """
    lift, (control, treatment) = 1 + terms.effect, _shares(terms)
    shares, part = ladder.shares[::-1], treatment / (control + treatment)
    growth = 0.0
    for mass, ratio in zip(shares, ratios(shares, 1.0, lift), strict=True):
        mixed = 1 + part * (ratio - 1)
        growth += mass * (treatment * ratio * math.log(ratio / mixed) - control * math.log(mixed))
    return _foresight(terms, growth, growth, -math.log(WORSE_PRIOR[-1]), traffic)


def _shares(terms: Terms) -> tuple[float, float]:
    """Return the shares of the control and of the treatment that has the least."""
    whole = sum(terms.split)
    return terms.split[0] / whole, min(terms.split[1:]) / whole


def _foresight(terms: Terms, seen: float, equal: float, cost: float, traffic: float) -> Foresight:
    bound = cost - math.log(terms.claim_alpha)
    needed = terms.burst * _needed(bound, terms.power)
    expected, enough = _over(terms.burst * bound, seen), _over(needed, seen)
    return Foresight(expected, enough, _over(needed, equal), _over(expected, traffic), _over(enough, traffic))


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else math.inf


def _divergence(p: float, q: float) -> float:
    return sum(a * math.log(a / b) for a, b in ((p, q), (1 - p, 1 - q)) if a > 0)


def _needed(bound: float, power: float) -> float:
    """Return the mean log e-value at which the bound has been reached with probability ``power``."""
    low, high = 0.0, bound
    while _reached(bound, high) < power:
        low, high = high, 2 * high
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _reached(bound, middle) < power else (low, middle)
    return high


def _reached(bound: float, mean: float) -> float:
    """The chance that a Brownian motion with drift 1 and variance 2 has reached the bound by the time ``mean``."""
    scale = 2 * math.sqrt(mean)
    below = math.exp(bound + _log_tail((mean + bound) / scale)) if bound < 700 else 0.0
    return math.erfc((bound - mean) / scale) / 2 + below


def _log_tail(x: float) -> float:
    tail = math.erfc(x) / 2
    return math.log(tail) if tail else -math.inf
