"""Boosting an e-value that would overshoot its bound: Fischer and Ramdas, arXiv 2410.16076.

Wealth above 1/alpha is worth no more than 1/alpha. What truncating it there saves in expectation is given back as
a factor b on the whole e-value, the largest with E[min(b r(J), room)] <= 1 under the null.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambdas.rollout.judge.tables import Table

_ROOM_LIMIT = 30.0
"""Log room above which nothing is truncated that a person would notice."""
_NEGLIGIBLE = 1e-18


@dataclass(frozen=True, slots=True)
class Mixture:
    """A period's e-value as a function of the canary's bad count j: the sum of ``start * ratio ** j``.

    ``starts`` are logs; every ratio is above 1, so the e-value grows with j.
    """

    starts: Sequence[float]
    ratios: Sequence[float]

    def values(self, first: int) -> Iterator[float]:
        """Yield the values at ``first``, ``first + 1`` and so on."""
        terms = [math.exp(s + first * math.log(r)) for s, r in zip(self.starts, self.ratios, strict=True)]
        while True:
            yield sum(terms)
            terms = [term * ratio for term, ratio in zip(terms, self.ratios, strict=True)]


def boost(table: Table, mean: float, mixture: Mixture, room: float) -> float:
    """Return log b; ``mean`` is the canary's expected bad count at the edge of the null, ``room`` a log.

    The truncated counts are the highest ones: they are taken off one by one until b fits.
    """
    if not 0.0 < room <= _ROOM_LIMIT:
        return 0.0
    first, chances = null_law(table, mean, _NEGLIGIBLE * math.exp(-room))
    cap = math.exp(room)
    values = [value for value, _ in zip(mixture.values(first), chances, strict=False)]
    rest, truncated = sum(c * v for c, v in zip(chances, values, strict=True)), 0.0
    for chance, value in zip(reversed(chances), reversed(values), strict=True):
        left = 1.0 - cap * truncated
        if left <= 0.0 or rest <= 0.0:
            return 0.0
        if left / rest * value <= cap:
            return max(0.0, math.log(left / rest))
        truncated += chance
        rest -= chance * value
    return 0.0


def null_law(table: Table, mean: float, negligible: float) -> tuple[int, list[float]]:
    """Return the chances of the canary's bad counts given the margins, from the first count that matters on.

    Fisher's noncentral hypergeometric law with the odds that give ``mean`` (Cornfield 1956); where ``mean`` is
    the canary's share of all bad requests, the odds are 1 and the law is the hypergeometric one, exactly.
    """
    bad, canary, stable = table.bad, table.canary.total, table.stable.total
    lowest, highest = max(0, bad - stable), min(bad, canary)
    if lowest == highest:
        return lowest, [1.0]
    odds = _odds(mean, bad, canary, stable)

    def growth(j: int) -> float:
        return odds * (canary - j) * (bad - j) / ((j + 1) * (stable - bad + j + 1))

    mode = min(max(round(mean), lowest), highest)
    below, chance, j = list[float](), 1.0, mode
    while j > lowest and chance > _NEGLIGIBLE:
        j -= 1
        chance /= growth(j)
        below.append(chance)
    above, chance, first, j = [1.0], 1.0, j, mode
    while j < highest and chance > negligible:
        chance *= growth(j)
        j += 1
        above.append(chance)
    weights = [*reversed(below), *above]
    total = sum(weights)
    return first, [weight / total for weight in weights]


def _odds(mean: float, bad: int, canary: int, stable: int) -> float:
    if math.isclose(mean, bad * canary / (canary + stable), rel_tol=1e-12):
        return 1.0
    inside = min(mean, min(bad, canary) * (1 - 1e-9))
    return inside * (stable - bad + inside) / ((canary - inside) * (bad - inside))
