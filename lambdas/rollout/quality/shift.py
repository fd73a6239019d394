"""Whether the rows of two sets lie differently in their bins: how far, how surely, and both at once.

Shares for the population stability index are smoothed: half a row is added to each bin that has a row in either set
(Jeffreys' prior), so that an empty bin counts for much and not for infinitely much; bins that are empty in both are
no bins (PSI: Siddiqi, "Credit Risk Scorecards", 2006).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

_SMALLEST = 5
"""Rows that each set must be expected to have in a category, for the chi-squared law to hold (Cochran's rule)."""
_TERMS = 500
LEVEL = 0.01
PSI = 0.2
"""From here on a change is great by the usual rule of thumb (Siddiqi 2006: below 0.1 small, up to 0.25 moderate)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a feature has drifted: it is significant at ``level`` AND its stability index is at least ``psi``.

    Both, for each alone misleads. With a million rows a shift that matters to nobody has a p-value of nothing:
    significance says that there is a difference, not that it is great. With a hundred rows the index of two equal
    sets is often above 0.2 by chance: greatness does not say that it is there. ``level`` is the chance of one
    false alarm or more over all features of a comparison together, however many there are and however they depend on
    each other (Holm): twenty features at 1 % each would raise one in nearly every fifth comparison.
    """

    level: float = LEVEL
    psi: float = PSI


RULE = Rule()


@dataclass(frozen=True, slots=True)
class Drifted:
    """A feature that has drifted, and how: its values, or how often they are missing."""

    feature: str
    psi: float
    p_value: float
    missing: bool = False
    answer: bool = False

    def __str__(self) -> str:
        return f"{self.feature} ({'missing values, ' if self.missing else ''}PSI {self.psi:.2f})"


def drifted(tested: Sequence[Drifted], rule: Rule = RULE) -> tuple[Drifted, ...]:
    """Keep what has drifted of all that was tested, with p-values adjusted for as many; the worst first."""
    adjusted = holm([each.p_value for each in tested])
    found = [
        replace(each, p_value=p_value)
        for each, p_value in zip(tested, adjusted, strict=True)
        if p_value <= rule.level and each.psi >= rule.psi
    ]
    return tuple(sorted(found, key=lambda each: (-each.psi, each.feature)))


def parted(found: Sequence[Drifted]) -> tuple[tuple[Drifted, ...], tuple[Drifted, ...]]:
    """Part what was asked from what was answered."""
    answers = tuple(each for each in found if each.answer)
    return tuple(each for each in found if not each.answer), answers


def listed(found: Sequence[Drifted]) -> str:
    """Name the first three, and how many more there are."""
    shown = ", ".join(str(each) for each in found[:3])
    return shown if len(found) <= 3 else f"{shown} and {len(found) - 3} more"


Counts = Sequence[tuple[int, int]]
"""Two sets' rows in each bin: those of the first, or of before, and those of the second."""


def sums(counts: Counts) -> tuple[int, int]:
    """Add up either set's rows."""
    return sum(before for before, _ in counts), sum(after for _, after in counts)


def stability(counts: Counts) -> float:
    """Compute the population stability index of two sets' counts per bin, smoothed as the module says."""
    held = [pair for pair in counts if any(pair)]
    before, after = (rows + len(held) / 2 for rows in sums(held))
    shares = [((first + 0.5) / before, (second + 0.5) / after) for first, second in held]
    return math.fsum((q - p) * math.log(q / p) for p, q in shares)


def homogeneous(counts: Counts) -> float:
    """Compute chi-squared's p-value that both sets have the same shares; rare categories count as one."""
    before, after = sums(counts)
    whole = before + after
    fewest = min(before, after) / whole
    common = [pair for pair in counts if sum(pair) * fewest >= _SMALLEST]
    rare = sums([pair for pair in counts if sum(pair) * fewest < _SMALLEST])
    cells = [*common, rare] if any(rare) else common
    observed = [
        (each, sum(pair) * rows / whole) for pair in cells for each, rows in zip(pair, (before, after), strict=True)
    ]
    statistic_ = math.fsum((each - expected) ** 2 / expected for each, expected in observed)
    return chi_squared(statistic_, len(cells) - 1)


def chi_squared(statistic: float, degrees: int) -> float:
    """Compute the chance that chi-squared with so many degrees of freedom exceeds a statistic; 1 without any.

    The upper incomplete gamma function, by its series below the mean and its continued fraction above (Press et al.,
    section 6.2).
    """
    if degrees < 1 or statistic <= 0:
        return 1.0
    a, x = degrees / 2, statistic / 2
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    return min(1.0, 1.0 - scale * _series(a, x) if x < a + 1 else scale * _fraction(a, x))


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    n = a
    while abs(term) > abs(total) * 1e-17:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    """Evaluate by Lentz's method."""
    b = x + 1 - a
    c, d = 1e300, 1 / b
    h = d
    for i in range(1, _TERMS):
        factor = i * (a - i)
        b += 2
        d = 1 / (factor * d + b)
        c = b + factor / c
        h *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return h


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values so that all of them that are at most a level hold together at that level (Holm, 1979).

    Whatever depends on whatever: features do, and Holm's step-down asks for no independence.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return tuple(adjusted)
