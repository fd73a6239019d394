"""From quantities to pixels, and ticks at round values."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400)
_MINUTE, _DAY = 60, 86_400


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight map of ``low``..``high`` onto the pixels ``start``..``end``; values outside map outside."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Map a value to pixels, to a hundredth."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)


def nice_top(value: float) -> float:
    """Round up to 1, 2, 2.5 or 5 times a power of ten, which divides well."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= value * (1 - 1e-9))


def time_ticks(low: float, high: float, most: int) -> tuple[tuple[float, str], ...]:
    """Choose at most ``most`` round times (UTC) in the interval, with labels as short as they can be."""
    step = next((s for s in _STEPS if (high - low) / s <= most - 1), None)
    if step is None:
        step = _DAY * math.ceil((high - low) / _DAY / (most - 1))
    first = math.ceil(low / step) * step
    count = math.floor((high - first) / step) + 1
    return tuple((first + i * step, _clock(first + i * step, step)) for i in range(count))


def _clock(at: float, step: float) -> str:
    form = "%H:%M:%S" if step < _MINUTE else "%H:%M" if step < _DAY else "%m-%d"
    return datetime.fromtimestamp(at, UTC).strftime(form)


def spread(wanted: Iterable[float], gap: float, low: float, high: float) -> tuple[float, ...]:
    """Move positions apart so that neighbours are ``gap`` from each other, within ``low``..``high`` if they fit."""
    order = sorted(enumerate(wanted), key=lambda item: item[1])
    placed: list[float] = []
    for _, position in order:
        placed.append(max(position, low, placed[-1] + gap if placed else low))
    ceiling = high
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    by_index = {index: position for (index, _), position in zip(order, placed, strict=True)}
    return tuple(by_index[index] for index in range(len(placed)))
