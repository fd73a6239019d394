"""The chance of a difference of two distributions where there is none."""

import math

Hits = tuple[int, int]
"""How many rows of a set have something, and how many rows it has."""


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


def fisher(before: Hits, after: Hits) -> float:
    """Compute Fisher's exact one-sided p-value that the share of hits is no higher after than before.

    The chance, with the hits of both sets dealt at random to their rows, that ``after`` gets as many as it has or
    more: the hypergeometric law's upper tail (R. A. Fisher, "The Design of Experiments", 1935); 1 where nothing can
    tell. Raises ValueError where there are more hits than rows.
    """
    if not (0 <= before[0] <= before[1] and 0 <= after[0] <= after[1]):
        raise ValueError(f"{before} and {after} are no hits of rows")
    hits, rows = before[0] + after[0], before[1] + after[1]
    least, most = max(0, hits - before[1]), min(hits, after[1])
    if after[0] == least:
        return 1.0
    # The shorter way: from the figure outwards, away from the mean, terms fall at once.
    if after[0] * rows > hits * after[1]:
        return min(1.0, _tail(after[0], most, hits, after[1], rows))
    return max(0.0, 1.0 - _tail(after[0] - 1, least, hits, after[1], rows))


def _tail(first: int, last: int, hits: int, drawn: int, rows: int) -> float:
    """Sum the hypergeometric law from ``first`` away from its mean to ``last``, until terms no longer count."""
    other = rows - hits - drawn
    term = math.exp(_choose(hits, first) + _choose(rows - hits, drawn - first) - _choose(rows, drawn))
    total = term
    up = last > first
    for k in range(first, last, 1 if up else -1):
        if up:
            term *= (hits - k) * (drawn - k) / ((k + 1) * (other + k + 1))
        else:
            term *= k * (other + k) / ((hits - k + 1) * (drawn - k + 1))
        total += term
        if term <= total * 1e-17:
            break
    return total


def _choose(whole: int, part: int) -> float:
    """Tell the logarithm of the number of ways to choose."""
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)
