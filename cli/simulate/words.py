"""How figures of simulations are written."""

import math
from collections.abc import Sequence

from cli.quantities import duration
from lambdas.rollout.judge.interval import Interval
from simulation.figures import Figure, Unit

NAMES = {
    "false_rollback": "taken back, though healthy",
    "missed": "promoted, though worse",
    "promoted_blindly": "promoted without data",
    "paused": "left to a person",
    "healthy_duration_p50": "lasts, median",
    "healthy_duration_p95": "lasts, p95",
    "time_to_rollback_p50": "taken back within, median",
    "time_to_rollback_p95": "taken back within, p95",
    "bad_answers_p50": "bad answers, median",
    "bad_answers_p95": "bad answers, p95",
}
"""Figures, by the names that budgets know them by."""
_BLOCKS = " ▁▂▃▄▅▆▇█"


def value(unit: Unit, number: float) -> str:
    """Write a figure's value; one that is never reached is written as ``never``."""
    if unit is Unit.SHARE:
        return f"{100 * number:.3g} %"
    if math.isinf(number):
        return "never" if unit is Unit.SECONDS else "no end"
    return duration(number) if unit is Unit.SECONDS else f"{number:,.0f}"


def between(unit: Unit, interval: Interval) -> str:
    """Write an interval, in one unit where that is enough."""
    low, high = (value(unit, number) for number in interval)
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def figure(given: Figure) -> str:
    """Write a figure, a share with its interval."""
    seen = value(given.unit, given.seen)
    if given.unit is not Unit.SHARE:
        return seen
    low, high = given.between
    return f"{seen} ({100 * low:.3g} to {100 * high:.3g})"


def bar(share: float, width: int) -> str:
    """Draw a share as a bar; what is there at all is drawn."""
    return "█" * max(round(width * share), 1 if share else 0)


def sparkline(ordered: Sequence[float], bins: int = 12) -> str:
    """Draw how values are spread between 0 and the largest, infinite ones left out."""
    finite = [number for number in ordered if not math.isinf(number)]
    if not finite or not finite[-1]:
        return ""
    counts = [0] * bins
    for number in finite:
        counts[min(int(bins * number / finite[-1]), bins - 1)] += 1
    top = max(counts)
    return "".join(_BLOCKS[math.ceil(8 * count / top)] for count in counts)
