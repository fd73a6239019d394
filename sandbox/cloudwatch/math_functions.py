"""Metric math's functions. Source: CloudWatch user guide, "Functions supported for metric math"."""

import math
from collections.abc import Callable, Sequence

from sandbox.cloudwatch.math_values import MathTypeError, Series, Value, each, finite

Points = Callable[[Sequence[float]], float]

AGGREGATES: dict[str, Points] = {
    "SUM": sum,
    "MIN": min,
    "MAX": max,
    "AVG": lambda points: sum(points) / len(points),
    "DATAPOINT_COUNT": len,
}
POINTWISE: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": lambda point: math.log(point) if point > 0 else math.nan,
    "LOG10": lambda point: math.log10(point) if point > 0 else math.nan,
}


def aggregate(name: str, value: Value) -> Value:
    """One series gives a scalar, an array gives a series; in an average a missing value counts as 0."""
    apply = AGGREGATES[name]
    if isinstance(value, dict):
        return float(apply(list(value.values()))) if value else math.nan
    if not isinstance(value, list):
        raise MathTypeError(f"{name} takes a time series or an array of them.")
    times = sorted({at for series in value for at in series})
    if name == "AVG":
        return {at: sum(series.get(at, 0.0) for series in value) / len(value) for at in times}
    return {at: float(apply([series[at] for series in value if at in series])) for at in times}


def pointwise(name: str, value: Value) -> Value:
    """Apply ABS, CEIL, FLOOR, LOG or LOG10 to every point."""
    return each(POINTWISE[name], value)


def choose(condition: Value, yes: Value, no: Value | None) -> Value:
    """IF: where the condition has no point there is none; a missing `yes` is 0, a missing `no` is no point."""
    if isinstance(condition, list) or isinstance(yes, list) or isinstance(no, list):
        raise MathTypeError("IF takes time series and scalars, no arrays.")
    if isinstance(condition, dict):
        chosen = {at: _pick(yes, at, 0.0) if point else _pick(no, at, math.nan) for at, point in condition.items()}
        return finite(chosen)
    if condition:
        return yes
    return {} if no is None else no


def _pick(branch: float | Series | None, at: int, missing: float) -> float:
    if branch is None:
        return missing
    return branch.get(at, missing) if isinstance(branch, dict) else branch


def fill(value: Value, filler: Value | str, grid: Sequence[int]) -> Value:
    """FILL the missing points of the `grid`. A series with no point at all stays empty: AWS does not say more."""
    if isinstance(value, list):
        return [series for item in value if isinstance(series := fill(item, filler, grid), dict)]
    if not isinstance(value, dict) or isinstance(filler, list):
        raise MathTypeError("FILL takes a time series, and a scalar, a time series, REPEAT or LINEAR.")
    if not value:
        return {}
    return finite({at: value[at] if at in value else _filler(value, filler, at) for at in grid})


def _filler(series: Series, filler: float | Series | str, at: int) -> float:
    if isinstance(filler, dict):
        return filler.get(at, math.nan)
    if not isinstance(filler, str):
        return filler
    before = max((time for time in series if time < at), default=None)
    after = min((time for time in series if time > at), default=None)
    if filler == "REPEAT":
        return math.nan if before is None else series[before]
    if before is None or after is None:
        return math.nan
    return series[before] + (series[after] - series[before]) * (at - before) / (after - before)
