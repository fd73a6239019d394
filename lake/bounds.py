"""Between which bounds a share or a mean lies with 95 % confidence, of rows that count as independent draws."""

import math
from statistics import NormalDist

Bounds = tuple[float, float]
Z = NormalDist().inv_cdf(0.975)
"""Standard errors on either side that hold 95 % of a normal law."""


def wilson(hits: int, total: int) -> Bounds:
    """Bound a share that was seen ``hits`` times in ``total`` (1 or more), both counts of rows; shares from 0 to 1.

    The score interval: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal
    of the American Statistical Association 22, 1927. Raises ValueError where there is nothing to divide by.
    """
    if not 0 <= hits <= total or not total:
        raise ValueError(f"{hits} of {total} is no share")
    share, spread = hits / total, Z * Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    # Exactly 0 and 1 where rounding would leave a hair.
    return 0.0 if hits == 0 else middle - half, 1.0 if hits == total else middle + half


def normal(mean: float, deviation: float | None, rows: int) -> Bounds | None:
    """Bound the mean of what is never below 0, by the normal law; in the unit of the mean.

    ``deviation`` is the sample's (with rows - 1). None where it is not known, as of a single row, or not finite.
    """
    if deviation is None or not math.isfinite(deviation) or rows < 2:
        return None
    half = Z * deviation / math.sqrt(rows)
    return max(0.0, mean - half), mean + half
