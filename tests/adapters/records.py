"""The forms of everything that is kept: fields and their types, of every record that a document can hold.

``python -m tests.adapters.records`` writes them down for the version of today.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from lambdas.rollout.documents import fields_of
from lambdas.rollout.letter import Letter
from lambdas.rollout.native.line import Line
from lambdas.rollout.quality.bins import Baseline
from lambdas.rollout.quality.predicted import Inference
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.quality.truth import Truth
from lambdas.rollout.release import Release
from lambdas.rollout.schema import SCHEMA
from lambdas.rollout.shadow.join import Pair
from lambdas.rollout.shadow.summary import Summary
from lambdas.rollout.state import EndpointState, Entry
from tests.adapters.kept import GOLDEN

ROOTS = (Baseline, EndpointState, Entry, Inference, Letter, Line, Pair, Release, Schema, Summary, Truth)


def forms() -> dict[str, Any]:
    """Tell each record's fields and each enumeration's values."""
    found: dict[str, Any] = {}
    for root in ROOTS:
        _gather(root, found)
    return dict(sorted(found.items()))


def _gather(kind: Any, found: dict[str, Any]) -> None:
    for argument in get_args(kind):
        _gather(argument, found)
    if not isinstance(kind, type) or get_origin(kind) or _name(kind) in found:
        return
    if issubclass(kind, Enum):
        found[_name(kind)] = sorted(str(member.value) for member in kind)
    elif hasattr(kind, "_fields") or hasattr(kind, "__dataclass_fields__"):
        hints = get_type_hints(kind)
        found[_name(kind)] = {name: _words(hints[name]) for name in sorted(fields_of(kind))}
        for name in fields_of(kind):
            _gather(hints[name], found)


def _name(kind: type) -> str:
    """Name a type: there are two enumerations `Kind`."""
    module = kind.__module__.removeprefix("lambdas.rollout.")
    return kind.__name__ if module == "builtins" else f"{module}.{kind.__name__}"


def _words(kind: Any) -> str:
    """Write a type, in the same words whatever the Python."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " | ".join(map(_words, arguments))
    if origin is Literal:
        return f"Literal{list(arguments)}"
    if origin is None:
        return "..." if kind is Ellipsis else _name(kind)
    name = "Mapping" if origin is Mapping else origin.__name__
    return f"{name}[{', '.join(map(_words, arguments))}]"


if __name__ == "__main__":
    text = json.dumps(forms(), indent=1) + "\n"
    (GOLDEN / f"forms-{SCHEMA}.json").write_text(text, encoding="utf-8")
