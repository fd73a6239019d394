"""The syntax of metric math: text to a tree. Source: CloudWatch user guide, "Metric math syntax and functions"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<symbol>==|!=|<=|>=|&&|\|\||[-+*/^<>(),\[\]]))"
)
# Weakest first; all of one row bind alike, to the left.
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("OR", "||"),
    ("AND", "&&"),
    ("==", "!=", "<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/"),
)
_SAME = {"||": "OR", "&&": "AND"}


class MathSyntaxError(ValueError):
    """The expression cannot be read."""


@dataclass(frozen=True, slots=True)
class Number:
    """A scalar."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """The id of a metric or expression, or a keyword of a function (REPEAT, LINEAR)."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted string."""

    value: str


@dataclass(frozen=True, slots=True)
class Negated:
    """Unary minus."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Operation:
    """Two operands and their operator."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Array:
    """A list of time series in brackets."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    function: str
    arguments: tuple["Node", ...]


Node = Number | Name | Text | Negated | Operation | Array | Call


@cache
def parse(expression: str) -> Node:
    """Read a whole expression; MathSyntaxError says where it ends to make sense."""
    parser = _Parser(_tokens(expression), expression)
    tree = parser.operation(0)
    parser.expect("")
    return tree


def _tokens(expression: str) -> list[str]:
    tokens, at, end = [], 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if match is None:
            raise MathSyntaxError(f"Error in expression {expression!r}: unexpected {expression[at:]!r}")
        tokens.append(match[0].strip())
        at = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: Sequence[str], expression: str) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0
        self._expression = expression

    def operation(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self.operation(level + 1)
        while self._tokens[self._at] in _LEVELS[level]:
            operator = self._take()
            left = Operation(_SAME.get(operator, operator), left, self.operation(level + 1))
        return left

    def _unary(self) -> Node:
        if self._tokens[self._at] == "-":
            self._take()
            return Negated(self._unary())
        base = self._atom()
        if self._tokens[self._at] != "^":
            return base
        self._take()
        return Operation("^", base, self._unary())

    def _atom(self) -> Node:
        token = self._take()
        if token == "(":
            inside = self.operation(0)
            self.expect(")")
            return inside
        if token == "[":
            return Array(self._list("]"))
        if token[:1] in {'"', "'"}:
            return Text(token[1:-1])
        if token[:1].isdigit() or token[:1] == ".":
            return Number(float(token))
        if not (token[:1].isalpha() or token[:1] == "_"):
            raise MathSyntaxError(f"Error in expression {self._expression!r}: unexpected {token or 'end'!r}")
        if self._tokens[self._at] != "(":
            return Name(token)
        self._take()
        return Call(token, self._list(")"))

    def _list(self, end: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while self._tokens[self._at] != end:
            if items:
                self.expect(",")
            items.append(self.operation(0))
        self.expect(end)
        return tuple(items)

    def expect(self, token: str) -> None:
        if self._take() != token:
            raise MathSyntaxError(f"Error in expression {self._expression!r}: expected {token or 'its end'!r}")

    def _take(self) -> str:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token
