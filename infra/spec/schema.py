"""The JSON Schema of environment files, from the same annotations that the reader follows.

Editors check single files, and a file that extends another holds a part only. So keys are required in list elements
alone (lists are never merged), and null, which takes away what the other file has, is allowed where a key may lack.
"""

import json
from dataclasses import MISSING
from enum import Enum
from inspect import cleandoc
from typing import Any, Literal, get_args, get_origin

from infra.spec.derived import ALONE, DERIVED, WRITTEN
from infra.spec.environment import Environment
from infra.spec.forms import Form
from infra.spec.hints import alternatives, element, is_mapping, is_record, members, required, unwrapped
from infra.spec.markers import Marker

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}

Schema = dict[str, Any]


def schema() -> str:
    """Write the schema; the same bytes each time."""
    definitions: dict[str, Schema] = {}
    root = _record(Environment, definitions, whole=False)
    root["properties"]["extends"] = {
        "type": "string",
        "description": "Another file, by its path from this one's folder; this one says what differs.",
        "examples": ["base.yaml"],
    }
    root["patternProperties"] = {"^x-": {"description": "Holds anchors; otherwise ignored."}}
    root |= {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": dict(sorted(definitions.items()))}
    return json.dumps(root, indent=2, ensure_ascii=False) + "\n"


def _record(cls: type, definitions: dict[str, Schema], *, whole: bool) -> Schema:
    """Describe a dataclass; ``whole`` where it is an element of a list, and so cannot be merged."""
    shown: Schema = {
        "title": cls.__name__,
        "description": cleandoc(cls.__doc__ or "").replace("``", "`"),
        "type": "object",
    }
    shown["properties"] = _properties(cls, definitions, whole=whole)
    if whole and (needed := _required(cls)):
        shown["required"] = needed
    if whole and cls in WRITTEN:
        shown["anyOf"] = [{"required": list(each)} for each in WRITTEN[cls]]
    return shown | {"additionalProperties": False}


def _properties(cls: type, definitions: dict[str, Schema], *, whole: bool) -> Schema:
    found: Schema = {}
    for name, (hint, field) in members(cls).items():
        bare, _, marker = unwrapped(hint)
        if marker is Marker.INLINE:
            found |= _properties(bare, definitions, whole=whole)
        elif marker not in (Marker.KEY, Marker.FILLED):
            found[name] = _property(hint, field, definitions, whole=whole)
    return found


def _property(hint: Any, field: Any, definitions: dict[str, Schema], *, whole: bool) -> Schema:
    shown = _value(hint, definitions, whole=whole)
    if required(field):
        return shown
    default = field.default if field.default_factory is MISSING else field.default_factory()
    if isinstance(default, str | int | float | dict) and default not in ("", {}):
        _, form, _ = unwrapped(hint)
        shown["default"] = form.write(default) if form else default
    return shown if whole else {"anyOf": [shown, {"type": "null"}]}


def _required(cls: type) -> list[str]:
    tags = (
        name for name, (hint, _) in members(cls).items() if get_origin(hint) is Literal and len(get_args(hint)) == 1
    )
    fields = (
        name for name, (_, field) in members(cls).items() if required(field) and name not in DERIVED.get(cls, {})
    )
    return list(dict.fromkeys([*tags, *fields]))


def _value(hint: Any, definitions: dict[str, Schema], *, whole: bool = False) -> Schema:
    bare, form, marker = unwrapped(hint)
    if union := alternatives(bare):
        return {"anyOf": [_value(cls, definitions, whole=whole) for cls in dict.fromkeys(union.values())]}
    if is_record(bare):
        return _reference(bare, definitions, whole=whole)
    if marker is Marker.KEYED:
        return _mapping(element(bare), definitions, whole=whole) | {"propertyNames": _value(_name(element(bare)), {})}
    if is_mapping(bare):
        return _mapping(element(bare), definitions, whole=whole)
    if element(bare):
        return {"type": "array", "items": _value(element(bare), definitions, whole=True)}
    return _formed(form) if form else _plain(bare)


def _reference(cls: type, definitions: dict[str, Schema], *, whole: bool) -> Schema:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = _record(cls, definitions, whole=whole)
    reference = {"$ref": f"#/definitions/{cls.__name__}"}
    if cls not in ALONE:
        return reference
    hint, _ = members(cls)[ALONE[cls]]
    return {"anyOf": [_value(hint, definitions), reference]}


def _mapping(hint: Any, definitions: dict[str, Schema], *, whole: bool) -> Schema:
    return {"type": "object", "additionalProperties": _value(hint, definitions, whole=whole)}


def _name(cls: type) -> Any:
    """Find the annotation of the field that is the object's key."""
    return next(hint for hint, _ in members(cls).values() if unwrapped(hint)[2] is Marker.KEY)


def _formed(form: Form) -> Schema:
    return {
        "type": "string",
        "pattern": f"^(?:{form.pattern})$",
        "description": form.what,
        "examples": list(form.examples),
    }


def _plain(kind: Any) -> Schema:
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return {"const": choices[0]} if len(choices) == 1 else {"enum": list(choices)}
    if issubclass(kind, Enum):
        return {"enum": [choice.value for choice in kind]}
    return {"type": _TYPES[kind]}
