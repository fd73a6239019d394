"""Chances of differences where there is none, and how many looks make one look significant."""

import math
from collections.abc import Sequence

_TERMS = 500


def kolmogorov(statistic: float, before: int, after: int) -> float:
    """Compute the p-value of a two-sample Kolmogorov-Smirnov statistic of so many rows.

    Kolmogorov's limiting law with Stephens' correction for small samples (Press et al., "Numerical Recipes", 3rd ed.,
    section 14.3.3; Stephens, "EDF Statistics for Goodness of Fit", 1974). Ties make it greater than the true one:
    with them it raises fewer alarms, never more.
    """
    size = math.sqrt(before * after / (before + after))
    return limiting((size + 0.12 + 0.11 / size) * statistic)


def limiting(x: float) -> float:
    """Compute the chance that Kolmogorov's limiting variable exceeds x (`scipy.special.kolmogorov`)."""
    if x < 1.0:  # the theta function's other series, which converges fast here
        if x <= 0.04:
            return 1.0
        terms = (math.exp(-((2 * k - 1) ** 2) * math.pi**2 / (8 * x * x)) for k in range(1, 20))
        return 1.0 - math.sqrt(2 * math.pi) / x * math.fsum(terms)
    return max(0.0, 2 * math.fsum((-1) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, 20)))


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
