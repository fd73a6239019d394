"""What users paid, as CloudWatch's statistics tell it."""

import numpy as np

from lambdas.rollout.quantities import Quantity


def statistic(paid: np.ndarray, quantity: Quantity) -> float | None:
    """Answer a statistic of ``Revenue`` or ``RevenueSquared``; a percentile of nothing is none."""
    stat = quantity.stat
    if quantity.name == "RevenueSquared":
        return float((paid**2).sum())
    if stat.startswith("TC"):
        return float((paid <= float(stat.removeprefix("TC(:").removesuffix(")"))).sum())
    if stat.startswith("p"):
        return float(np.percentile(paid, float(stat.removeprefix("p")))) if len(paid) else None
    return float(len(paid) if stat == "SampleCount" else paid.sum())
