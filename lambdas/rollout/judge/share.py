"""A canary that gets no traffic is dead, not healthy."""

import math

_UNLIKELY = math.log(1e-6)
_STRAGGLERS = 0.99
"""At full weight too, a few requests that were under way count for stable."""


def starved(canary: int, stable: int, weight: int) -> str:
    """Say so if the canary got far fewer requests than ``weight`` (basis points) promises; else empty.

    Chernoff's bound on a binomial count: log P(N <= x) <= -n KL(x/n || weight).
    """
    total, promised = canary + stable, min(weight / 10_000, _STRAGGLERS)
    if not total or not promised or canary >= total * promised:
        return ""
    if _log_tail(canary, total, promised) > _UNLIKELY:
        return ""
    return f"the canary got {canary} of {total} requests where its weight promises {weight / 100:g} %"


def _log_tail(count: int, total: int, promised: float) -> float:
    seen = count / total
    term = seen * math.log(seen / promised) if seen else 0.0
    return -total * (term + (1 - seen) * math.log((1 - seen) / (1 - promised)))
