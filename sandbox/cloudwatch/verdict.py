"""M out of N: what an alarm's recent data points say.

Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data", its tables and "Avoiding
premature transitions to alarm state".
"""

from collections.abc import Sequence
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Missing = Literal["missing", "ignore", "breaching", "notBreaching"]

EXTRA = 2  # data points retrieved beyond the evaluation periods; AWS's example has 5 for 3 and gives no rule


def judge(points: Sequence[bool | None], needed: int, periods: int, missing: Missing) -> State | None:
    """Return the state, or None to keep the current one.

    `points` are the evaluation range, oldest first: True breaches, None is missing. `needed` of `periods`
    data points must breach.
    """
    real = [point for point in points if point is not None]
    recent = real[-periods:]
    breaching = sum(recent)
    if breaching >= needed:
        return "ALARM"
    filled = periods - len(recent)
    if filled <= 0:
        return "OK"
    if missing == "breaching":
        return "ALARM" if breaching + filled >= needed else "OK"
    if missing == "notBreaching" or (real and not all(real)):
        return "OK"
    if missing == "ignore":
        return None
    return "ALARM" if _breached_long_enough(points, needed) else "INSUFFICIENT_DATA"


def _breached_long_enough(points: Sequence[bool | None], needed: int) -> bool:
    """Tell whether the oldest breaching point is at least `needed` periods old; no other kind is there."""
    ages = [len(points) - index for index, point in enumerate(points) if point]
    return bool(ages) and max(ages) >= needed
