"""What the annotations of the spec's dataclasses mean: shared by the reader and the JSON Schema."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from infra.spec.forms import Form
from infra.spec.markers import Marker
from infra.spec.units import UNITS
from lambdas.rollout.units import FILLED


@cache
def members(cls: type) -> dict[str, tuple[Any, Field[Any]]]:
    """List a dataclass's fields by the key that they are written with, each with its whole annotation.

    A field whose name ends in an underscore (``for_``) is written without it: the key is a word of Python's own.
    """
    hints = get_type_hints(cls, include_extras=True)
    return {field.name.rstrip("_"): (hints[field.name], field) for field in fields(cls)}


def required(field: Field[Any]) -> bool:
    """Tell whether a field has no default."""
    return field.default is MISSING and field.default_factory is MISSING


def unwrapped(hint: Any) -> tuple[Any, Form | None, Marker | None]:
    """Take Annotated and an optional's None off; returns the bare type, its form and its marker, if any."""
    form = marker = None
    while True:
        if get_origin(hint) is Annotated:
            hint, *notes = get_args(hint)
            form = next((_form(note) for note in notes if _form(note)), form)
            marker = next((_marker(note) for note in notes if _marker(note)), marker)
        elif _optional(hint):
            (hint,) = (arg for arg in get_args(hint) if arg is not types.NoneType)
        else:
            return hint, form, marker


def alternatives(hint: Any) -> dict[str, type]:
    """List the dataclasses of a union by the tag that tells them apart (``mode: native``); none for other types.

    A dataclass whose tag is a Literal of several values stands under each of them.
    """
    if get_origin(hint) not in (Union, types.UnionType):
        return {}
    tag = tag_name(hint)
    return {value: cls for cls in get_args(hint) for value in get_args(members(cls)[tag][0])}


def tag_name(union: Any) -> str:
    """Name the field that tells a union's dataclasses apart: the one that is a Literal in the first."""
    first = get_args(union)[0]
    return next(name for name, (hint, _) in members(first).items() if get_origin(hint) is Literal)


def element(hint: Any) -> Any:
    """Tell the element type of a ``tuple[T, ...]`` or the value type of a ``Mapping[str, T]``; None for others."""
    if get_origin(hint) is tuple:
        return get_args(hint)[0]
    return get_args(hint)[1] if is_mapping(hint) else None


def is_mapping(hint: Any) -> bool:
    """Tell whether a type is a ``Mapping[str, T]``."""
    return isinstance(get_origin(hint), type) and issubclass(get_origin(hint), Mapping)


def is_record(hint: Any) -> bool:
    """Tell whether a type is one of the spec's dataclasses."""
    return isinstance(hint, type) and is_dataclass(hint)


def _optional(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType) and types.NoneType in get_args(hint)


def _marker(note: object) -> Marker | None:
    """Read a marker; the core, which knows none, writes a plain string."""
    return note if isinstance(note, Marker) else Marker.FILLED if note == FILLED else None


def _form(note: object) -> Form | None:
    return note if isinstance(note, Form) else UNITS.get(note) if isinstance(note, str) else None
