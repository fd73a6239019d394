"""Metric math's values: scalars, time series and arrays of them, and the operators between them."""

import math
import operator
from collections.abc import Callable

Series = dict[int, float]  # start of a period (s since the epoch) -> value; no entry where there is no data
Value = float | Series | list[Series]
Function = Callable[[float, float], float]


class MathTypeError(ValueError):
    """A function or an operator cannot take such a value."""


def _divide(left: float, right: float) -> float:
    return left / right if right else math.nan


def _power(left: float, right: float) -> float:
    try:
        power = left**right
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return math.nan if isinstance(power, complex) else float(power)


OPERATORS: dict[str, Function] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "^": _power,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "AND": lambda left, right: left != 0 and right != 0,
    "OR": lambda left, right: left != 0 or right != 0,
}


def finite(series: Series) -> Series:
    """Drop the points that are not numbers: what was divided by zero."""
    return {at: float(value) for at, value in series.items() if math.isfinite(value)}


def operate(name: str, left: Value, right: Value) -> Value:
    """Apply an operator. Between two series a missing value counts as 0; division by zero drops the point."""
    if isinstance(left, list) and isinstance(right, list):
        raise MathTypeError(f"{name} cannot stand between two arrays of time series.")
    if isinstance(left, list):
        return [_as_series(operate(name, item, right)) for item in left]
    if isinstance(right, list):
        return [_as_series(operate(name, left, item)) for item in right]
    apply = OPERATORS[name]
    if isinstance(left, dict) or isinstance(right, dict):
        return _between(apply, left, right)
    return float(apply(left, right))


def each(apply: Callable[[float], float], value: Value) -> Value:
    """Apply a function to every point."""
    if isinstance(value, list):
        return [_as_series(each(apply, item)) for item in value]
    if isinstance(value, dict):
        return finite({at: apply(point) for at, point in value.items()})
    return apply(value)


def _as_series(value: Value) -> Series:
    if not isinstance(value, dict):
        raise MathTypeError("A time series is needed here.")
    return value


def _between(apply: Function, left: float | Series, right: float | Series) -> Series:
    times = {at for side in (left, right) if isinstance(side, dict) for at in side}
    return finite({at: apply(_at(left, at), _at(right, at)) for at in sorted(times)})


def _at(side: float | Series, at: int) -> float:
    return side.get(at, 0.0) if isinstance(side, dict) else side
