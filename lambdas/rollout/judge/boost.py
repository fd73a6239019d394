"""Boosting an e-value that would overshoot its bound: Fischer and Ramdas, arXiv 2410.16076.

Wealth above 1/alpha is worth no more than 1/alpha. What truncating it there saves in expectation is given back as
a factor b on the whole e-value, the largest with E[min(b r(J), room)] <= 1 under the null.
"""

import math
from collections.abc import Sequence
from itertools import accumulate, repeat
from operator import mul
from typing import NamedTuple

from lambdas.rollout.judge.draws import Draw, law

_ROOM_LIMIT = 30.0
"""Log room above which nothing is truncated that a double could show."""
_DRAWS_LIMIT = 1_000
"""Draws above which one period tells whatever there is to tell; a boost could not make it faster."""
_FEW = 0.2
"""Share of bad requests up to which the noncentral law's odds are the margin, near enough."""


class Mixture(NamedTuple):
    """A period's e-value as a function of the hits j: the sum of ``start * ratio ** j``.

    ``starts`` are logs; every ratio is above 1, so the e-value grows with j.
    """

    starts: Sequence[float]
    ratios: Sequence[float]

    def values(self, first: int, count: int) -> list[float]:
        """Return the values at ``first``, ``first + 1`` and so on."""
        columns = (
            accumulate(repeat(ratio, count - 1), mul, initial=math.exp(start + first * math.log(ratio)))
            for start, ratio in zip(self.starts, self.ratios, strict=True)
        )
        return list(map(sum, zip(*columns, strict=True)))


def _law_is_known(draw: Draw) -> bool:
    """Whether `law` is what the hits follow, and not only nearly so.

    With a margin the odds depend on stable's own rate, which is not known; where few requests are bad, it hardly
    matters, and enumeration shows that the e-value stays one (tests/rollout/test_judge_harm.py). With a margin below
    1, as experiments have, it would not (tests/rollout/test_experiment.py).
    """
    if draw.arms is None:
        return True
    canary, stable = draw.arms
    central = canary / (canary + stable)
    if math.isclose(draw.share, central, rel_tol=1e-12):
        return True
    return draw.share > central and draw.draws <= _FEW * (canary + stable)


def boost(draw: Draw, mixture: Mixture, room: float) -> float:
    """Return log b; ``room`` is the log of how much wealth may still grow.

    The truncated counts are the highest ones: they are taken off one by one until b fits.
    """
    if not 0.0 < room <= _ROOM_LIMIT or draw.draws > _DRAWS_LIMIT or not _law_is_known(draw):
        return 0.0
    first, chances = law(draw)
    cap, values = math.exp(room), mixture.values(first, len(chances))
    parts = list(map(mul, chances, values))
    rest, truncated = sum(parts), 0.0
    for chance, value, part in zip(reversed(chances), reversed(values), reversed(parts), strict=True):
        left = 1.0 - cap * truncated
        if left <= 0.0 or rest <= 0.0:
            return 0.0
        if left * value <= cap * rest:
            return max(0.0, math.log(left / rest))
        truncated += chance
        rest -= part
    return 0.0
