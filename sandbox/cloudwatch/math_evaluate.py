"""Evaluate metric math: a tree over named time series."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.cloudwatch.math_functions import AGGREGATES, POINTWISE, aggregate, choose, fill, pointwise
from sandbox.cloudwatch.math_syntax import Array, Call, Name, Negated, Node, Number, Operation, Text
from sandbox.cloudwatch.math_values import MathTypeError, Series, Value, operate


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can see: values by id, the ids of metrics, the grid of periods (start times, s)."""

    lookup: Callable[[str], Value]
    metric_ids: Sequence[str]
    grid: Sequence[int]
    period: int


def evaluate(node: Node, scope: Scope) -> Value:
    """Return the value of an expression; MathTypeError where a function cannot take what it is given."""
    match node:
        case Number(value):
            return value
        case Name(name):
            return scope.lookup(name)
        case Negated(operand):
            return operate("*", -1.0, evaluate(operand, scope))
        case Operation(operator, left, right):
            return operate(operator, evaluate(left, scope), evaluate(right, scope))
        case Array(items):
            return _flattened([evaluate(item, scope) for item in items])
        case Call(function, arguments):
            return _call(function, arguments, scope)
        case Text(value):
            raise MathTypeError(f"The string {value!r} has no place here.")


def series_of(value: Value) -> Series:
    """Return the one series that an expression must end in; MathTypeError otherwise."""
    if isinstance(value, dict):
        return value
    raise MathTypeError("The expression must give a single time series.")


def _flattened(values: Sequence[Value]) -> list[Series]:
    items: list[Series] = []
    for value in values:
        items += value if isinstance(value, list) else [series_of(value)]
    return items


def _call(function: str, arguments: Sequence[Node], scope: Scope) -> Value:
    if function == "METRICS":
        return _metrics(arguments, scope)
    if function == "FILL" and len(arguments) == 2:
        return fill(evaluate(arguments[0], scope), _filler(arguments[1], scope), scope.grid)
    return _applied(function, [evaluate(argument, scope) for argument in arguments], scope)


def _applied(function: str, values: Sequence[Value], scope: Scope) -> Value:
    match function, values:
        case "IF", [condition, yes]:
            return choose(condition, yes, None)
        case "IF", [condition, yes, no]:
            return choose(condition, yes, no)
        case "PERIOD", [_]:
            return float(scope.period)
        case "TIME_SERIES", [float(value)]:
            return dict.fromkeys(scope.grid, value)
        case name, [value] if name in AGGREGATES:
            return aggregate(name, value)
        case name, [value] if name in POINTWISE:
            return pointwise(name, value)
    raise MathTypeError(f"The sandbox has no function {function} with {len(values)} arguments.")


def _metrics(arguments: Sequence[Node], scope: Scope) -> list[Series]:
    wanted = arguments[0].value if arguments and isinstance(arguments[0], Text) else ""
    return _flattened([scope.lookup(name) for name in scope.metric_ids if wanted in name])


def _filler(node: Node, scope: Scope) -> Value | str:
    if isinstance(node, Name) and node.name in {"REPEAT", "LINEAR"}:
        return node.name
    return evaluate(node, scope)
