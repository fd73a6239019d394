"""The core's dataclasses and named tuples as JSON documents and back, for the ledger and the events.

The standard library alone: a Lambda pays for each import at each cold start. Reading is strict: an unknown or
missing key, or a value of the wrong type, raises `DamagedDocumentError` with the path to it.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from lambdas.rollout.release import Release

T = TypeVar("T")


class DamagedDocumentError(ValueError):
    """A document does not have the form of the type that it should hold."""


def encode(value: object) -> str:
    """Write a record as compact JSON with sorted keys: equal values give equal text."""
    if not _is_record(type(value)):
        raise TypeError(f"{value!r} is no dataclass and no named tuple")
    return json.dumps(_written(value), separators=(",", ":"), sort_keys=True)


def decode(kind: type[T], text: str) -> T:
    """Read ``text`` as an instance of the record ``kind``."""
    return record_of(kind, parsed(kind, text))


def parsed(kind: type, text: str) -> Any:
    """Read ``text`` as JSON, which is to become a ``kind``."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedDocumentError(f"{kind.__name__}: not JSON: {error}") from error


def record_of(kind: type[T], raw: Any) -> T:
    """Make an instance of the record ``kind`` of parsed JSON."""
    return cast("T", _read(kind, raw, kind.__name__))


def fields_of(kind: type) -> frozenset[str]:
    """Name the fields of a record."""
    return frozenset(_required(kind))


def encode_release(release: Release) -> str:
    """Write the ledger's ``release`` document, as Terraform stores it."""
    return encode(release)


def _written(value: Any) -> Any:
    """Turn a value into JSON's own types; dataclasses and named tuples become objects."""
    if _is_record(type(value)):
        return {name: _written(getattr(value, name)) for name in _required(cast("Any", type(value)))}
    if isinstance(value, Mapping):
        return {key: _written(each) for key, each in value.items()}
    return [_written(each) for each in value] if isinstance(value, list | tuple) else value


def _is_record(kind: type) -> bool:
    return is_dataclass(kind) or hasattr(kind, "_fields")


@cache
def _required(kind: type) -> Mapping[str, bool]:
    """Name a record's fields, and tell whether each must be given."""
    if is_dataclass(kind):
        return {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(kind)}
    record = cast("Any", kind)
    return {name: name not in record._field_defaults for name in record._fields}


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, raw: Any, path: str) -> Any:
    """Read ``raw`` (parsed JSON) as ``kind``; one branch per form of annotation that the core uses."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _read(get_args(kind)[0], raw, path)
    if origin in (Union, UnionType):
        return _read_union(get_args(kind), raw, path)
    if origin is Literal:
        return _expect(raw in get_args(kind), raw, kind, path)
    if origin is tuple:
        return _read_tuple(get_args(kind), raw, path)
    if origin is Mapping:
        _expect(isinstance(raw, dict), raw, "mapping", path)
        return {key: _read(get_args(kind)[1], value, f"{path}.{key}") for key, value in raw.items()}
    return _read_plain(kind, raw, path)


def _read_plain(kind: type, raw: Any, path: str) -> Any:
    """Read a class: a record, an enumeration or one of JSON's own types."""
    if _is_record(kind):
        return _read_record(kind, raw, path)
    if issubclass(kind, Enum):
        _expect(raw in [member.value for member in kind], raw, kind, path)
        return kind(raw)
    if kind is float and type(raw) is int:
        return float(raw)
    return _expect(type(raw) is kind, raw, kind, path)


def _read_record(kind: type, raw: Any, path: str) -> Any:
    _expect(isinstance(raw, dict), raw, kind, path)
    known = _required(kind)
    unknown = sorted(raw.keys() - known)
    missing = sorted({name for name, required in known.items() if required} - raw.keys())
    if unknown or missing:
        raise DamagedDocumentError(f"{path}: unknown keys {unknown}, missing keys {missing}")
    hints = _hints(kind)
    return kind(**{name: _read(hints[name], value, f"{path}.{name}") for name, value in raw.items()})


def _read_tuple(arguments: tuple[Any, ...], raw: Any, path: str) -> tuple[Any, ...]:
    """Read ``tuple[X, ...]`` from a JSON list."""
    _expect(isinstance(raw, list), raw, "list", path)
    return tuple(_read(arguments[0], item, f"{path}[{index}]") for index, item in enumerate(raw))


def _read_union(members: tuple[Any, ...], raw: Any, path: str) -> Any:
    """Read the one member that fits; for dataclasses their ``Literal`` field tells them apart."""
    reasons = []
    for member in members:
        try:
            return _read(member, raw, path)
        except DamagedDocumentError as error:
            reasons.append(str(error))
    raise DamagedDocumentError("; ".join(reasons))


def _expect(right: bool, raw: Any, kind: Any, path: str) -> Any:  # noqa: FBT001 - the condition itself
    if not right:
        raise DamagedDocumentError(f"{path}: {raw!r} is no {getattr(kind, '__name__', kind)}")
    return raw
