"""What a number of simulated rollouts tells for sure, and what may be luck."""

import math
from collections.abc import Sequence

from lambdas.rollout.judge.interval import Interval, at_most


def quantile(ordered: Sequence[float], level: float) -> float:
    """Return the smallest value that at least ``level`` of the values are up to; they are in rising order."""
    return ordered[max(0, math.ceil(level * len(ordered)) - 1)]


def quantile_bounds(ordered: Sequence[float], level: float, confidence: float = 0.95) -> Interval:
    """Return an interval of the true quantile between two order statistics (Thompson 1936), infinite where open."""
    total, tail = len(ordered), (1 - confidence) / 2
    below = next((i for i in range(total) if at_most(i, total, level) > tail), total)
    above = next((i for i in range(below, total) if at_most(i, total, level) >= 1 - tail), total)
    low = ordered[below - 1] if below else 0.0
    return low, ordered[above] if above < total else math.inf
