"""A period as a game of chance: draws that hit the canary with a known chance if it is no worse.

Against stable: the bad requests of both arms are drawn, and a draw hits if it is the canary's. Given the margins,
and whatever the base rate is, the hits are hypergeometric (at the edge of the null: Fisher's noncentral law).
Against a bound: the canary's requests are drawn, and a draw hits if it is bad; the hits are binomial.
"""

import math
from typing import NamedTuple

from lambdas.rollout.judge.tables import Table

_UNLIKELY = 1e-20
"""Chances below this, relative to the likeliest count, change nothing that a double could show."""

_ENDLESS = 2.0**500
"""Requests of an urn so large that draws with and without replacement are the same."""


class Draw(NamedTuple):
    """``hits`` of ``draws``, each with chance ``share`` at the edge of the null.

    ``arms`` are the requests of canary and stable where the draws are without replacement, None where they are
    independent.
    """

    hits: int
    draws: int
    share: float
    arms: tuple[int, int] | None


def times_as_likely(rate: float, times: float) -> float:
    """Multiply the odds of a rate, so that it stays below 1; a small rate is multiplied itself."""
    return times * rate / (1 + rate * (times - 1))


def against_stable(table: Table, times: float) -> Draw | None:
    """Draw the bad requests, where the canary's rate is ``times`` stable's; None where the table says nothing."""
    if not (table.bad and table.canary.total and table.stable.total):
        return None
    arms = table.canary.total, table.stable.total
    return Draw(table.canary.bad, table.bad, times_as_likely(table.share, times), arms)


def against_bound(table: Table, bound: float) -> Draw | None:
    """Draw the canary's requests, where ``bound`` of them are bad; None where there are none."""
    if not table.canary.total:
        return None
    return Draw(table.canary.bad, table.canary.total, bound, None)


def law(draw: Draw) -> tuple[int, list[float]]:
    """Return the chances of the hits at the edge of the null, from the first count that matters on."""
    lowest, highest = _range(draw)
    if lowest == highest:
        return lowest, [1.0]
    draws, (canary, spare, odds) = draw.draws, _urn(draw)
    mode = min(max(round(draws * draw.share), lowest), highest)
    down, j, chance = [], mode, 1.0
    while j > lowest and chance > _UNLIKELY:
        chance *= j * (spare + j) / (odds * (canary - j + 1) * (draws - j + 1))
        j -= 1
        down.append(chance)
    first, chances = j, [*reversed(down), 1.0]
    j, chance = mode, 1.0
    while j < highest and chance > _UNLIKELY:
        chance *= odds * (canary - j) * (draws - j) / ((j + 1) * (spare + j + 1))
        j += 1
        chances.append(chance)
    total = sum(chances)
    return first, [chance / total for chance in chances]


def _range(draw: Draw) -> tuple[int, int]:
    if draw.arms is None:
        return 0, draw.draws
    canary, stable = draw.arms
    return max(0, draw.draws - stable), min(draw.draws, canary)


def _urn(draw: Draw) -> tuple[float, float, float]:
    """Return the canary's requests, stable's beyond the draws, and the odds of a hit among equals.

    Independent draws are those from an urn without end, in which the odds are those of the share.
    """
    if draw.arms is None:
        return _ENDLESS, _ENDLESS, draw.share / (1 - draw.share)
    canary, stable = draw.arms
    return canary, stable - draw.draws, _odds(draw.draws * draw.share, draw.draws, canary, stable)


def _odds(mean: float, bad: int, canary: int, stable: int) -> float:
    """Return the odds that give the noncentral law about that mean (Cornfield 1956); 1 where it is central."""
    if math.isclose(mean, bad * canary / (canary + stable), rel_tol=1e-12):
        return 1.0
    inside = min(mean, min(bad, canary) * (1 - 1e-9))
    return inside * (stable - bad + inside) / ((canary - inside) * (bad - inside))
