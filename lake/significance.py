"""The chance of a difference of two distributions where there is none."""

import math


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
