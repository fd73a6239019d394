"""The exact interval of a share."""

import math
from collections.abc import Callable

Interval = tuple[float, float]


def share(count: int, total: int, confidence: float = 0.95) -> Interval:
    """Return the exact interval of a share that was seen ``count`` times in ``total`` (Clopper and Pearson 1934)."""
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _root(lambda p: 1 - at_most(count - 1, total, p) - tail)
    high = 1.0 if count == total else _root(lambda p: tail - at_most(count, total, p))
    return low, high


def at_most(count: int, total: int, share: float) -> float:
    """Return the chance of at most ``count`` hits of ``total``; sums from the likely end."""
    if share <= 0.0 or count >= total:
        return 1.0
    if share >= 1.0 or count < 0:
        return 0.0
    term = math.exp(
        math.lgamma(total + 1)
        - math.lgamma(count + 1)
        - math.lgamma(total - count + 1)
        + count * math.log(share)
        + (total - count) * math.log1p(-share)
    )
    whole, hits, odds = term, count, (1 - share) / share
    while hits and term > 1e-18 * whole:
        term *= odds * hits / (total - hits + 1)
        whole += term
        hits -= 1
    return min(whole, 1.0)


def _root(rising: Callable[[float], float]) -> float:
    """Return where a function that rises with a share crosses 0, by bisection."""
    low, high = 0.0, 1.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
