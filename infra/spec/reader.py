"""Reads plain data into the spec's dataclasses and the core's, driven by their annotations.

Objects are built from the inside out and each is judged by its rules as soon as it stands, so that one error hides
no other that it has nothing to do with. (pydantic would stop at the first shape error before any rule ran, ignores
unknown keys of plain dataclasses, and takes as long to import as all of this takes to run; tests hold the outcome
against it.)
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

from infra.spec.derived import ALONE, DERIVED, WRITTEN
from infra.spec.errors import KeyPath, SpecError
from infra.spec.forms import Form
from infra.spec.hints import alternatives, element, is_mapping, is_record, members, required, tag_name, unwrapped
from infra.spec.markers import Marker
from infra.spec.rules import RULES
from infra.spec.scalars import Misfit, formed, nearest, plain
from infra.spec.source import Document

T = TypeVar("T")


class _Bad:
    """Stands for a value that could not be read; why is among the errors."""


BAD: Final = _Bad()


def read(cls: type[T], document: Document, name: str) -> tuple[T | None, tuple[SpecError, ...]]:
    """Read a document into an object of ``cls``, named ``name``; None where errors left nothing to build."""
    reader = _Reader(document)
    found = reader.record(cls, (), document.data, name)
    return cast("T | None", None if found is BAD else found), tuple(reader.errors)


class _Reader:
    """One reading of one document, and its errors so far."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.errors: list[SpecError] = []

    def error(self, keys: KeyPath, problem: str, fix: str, check: str = "") -> _Bad:
        """Note an error at the place of these keys."""
        self.errors.append(SpecError(self.document.told(keys), keys, problem, fix, check))
        return BAD

    def value(self, hint: Any, keys: KeyPath, value: object) -> object:
        """Read a value of any annotated type."""
        bare, form, marker = unwrapped(hint)
        if union := alternatives(bare):
            return self.alternative(union, tag_name(bare), keys, value)
        if is_record(bare):
            alone = bare in ALONE and not isinstance(value, dict | list)
            return self.alone(bare, keys, value) if alone else self.record(bare, keys, value)
        if marker is Marker.KEYED:
            return self.keyed(element(bare), keys, value)
        if is_mapping(bare):
            return self.mapping(element(bare), keys, value)
        if element(bare):
            return self.listed(element(bare), keys, value)
        return self.scalar(bare, form, keys, value)

    def scalar(self, kind: Any, form: Form | None, keys: KeyPath, value: object) -> object:
        """Read a single value."""
        if isinstance(value, dict | list):
            return self.error(keys, "is a mapping or a list", form.fix if form else "write a single value")
        place = self.document.places.get(keys)
        text = place.text if place else str(value)
        try:
            return formed(form, value, text) if form else plain(kind, value, text)
        except Misfit as misfit:
            return self.error(keys, misfit.problem, misfit.fix)

    def alternative(self, union: dict[str, type], tag: str, keys: KeyPath, value: object) -> object:
        """Read a mapping whose ``tag`` tells which dataclass it is."""
        if not isinstance(value, dict):
            return self.error(keys, "is not a mapping", f"write keys below it, {tag} among them")
        chosen = value.get(tag)
        if chosen is None:
            return self.error((*keys, tag), "is missing", f"add {tag}: one of {', '.join(union)}")
        if not isinstance(chosen, str) or chosen not in union:
            fix = f"write {nearest(str(chosen), list(union))}"
            return self.error((*keys, tag), "is not one of " + ", ".join(union), fix)
        return self.record(union[chosen], keys, value)

    def mapping(self, hint: Any, keys: KeyPath, value: object) -> object:
        """Read a mapping with keys of the user's choice."""
        if not isinstance(value, dict):
            return self.error(keys, "is not a mapping", "write key: value pairs below it")
        found = {key: self.value(hint, (*keys, key), child) for key, child in value.items()}
        return BAD if BAD in found.values() else found

    def keyed(self, cls: Any, keys: KeyPath, value: object) -> object:
        """Read a mapping of named objects; one that is wrong does not hide the others."""
        if not isinstance(value, dict):
            return self.error(keys, "is not a mapping", "write each under its name")
        found = [self.record(cls, (*keys, key), child, key) for key, child in value.items()]
        return tuple(child for child in found if child is not BAD)

    def listed(self, hint: Any, keys: KeyPath, value: object) -> object:
        """Read a list."""
        if not isinstance(value, list):
            return self.error(keys, "is not a list", "write each element on its own line, after a hyphen")
        found = tuple(self.value(hint, (*keys, index), child) for index, child in enumerate(value))
        return BAD if BAD in found else found

    def record(self, cls: type, keys: KeyPath, value: object, name: str = "", *, inline: bool = False) -> object:
        """Read a mapping into a dataclass."""
        if not isinstance(value, dict):
            return self.error(keys, "is not a mapping", f"write its keys below it: {', '.join(keys_of(cls))}")
        if not inline:
            self.unknown_keys(cls, keys, value)
        read = {field: self.field(cls, field, keys, value, name) for field in members(cls)}
        if BAD in read.values():
            return BAD
        values = {members(cls)[key][1].name: found for key, found in read.items() if found is not None}
        for key in (lacking := _lacking(cls, values)):
            self.missing(cls, key, keys)
        if lacking:
            return BAD
        for field, derive in DERIVED.get(cls, {}).items():
            if field not in values:
                values[field] = derive(values)
        built = cls(**values)
        for rule in RULES.get(cls, ()):
            for finding in rule(built):
                self.error((*keys, *finding.at), finding.problem, finding.fix, finding.check)
        return built

    def alone(self, cls: type, keys: KeyPath, value: object) -> object:
        """Read a dataclass that is written as the value of one of its fields."""
        bare, form, _ = unwrapped(members(cls)[ALONE[cls]][0])
        found = self.scalar(bare, form, keys, value)
        return BAD if found is BAD else self.record(cls, keys, {ALONE[cls]: found})

    def field(self, cls: type, field: str, keys: KeyPath, value: dict[str, object], name: str) -> object:
        """Read one field of a dataclass; None where it is left out and need not be there."""
        hint, declared = members(cls)[field]
        bare, form, marker = unwrapped(hint)
        if marker is Marker.KEY:
            return self.scalar(bare, form, keys, name)
        if marker is Marker.INLINE:
            return self.record(bare, keys, value, inline=True)
        if marker is Marker.FILLED:
            return None
        if value.get(field) is not None:
            return self.value(hint, (*keys, field), value[field])
        if required(declared) and field not in DERIVED.get(cls, {}):
            return self.missing(cls, field, keys)
        return None

    def missing(self, cls: type, field: str, keys: KeyPath) -> _Bad:
        """Note that a field must be written."""
        bare, form, _ = unwrapped(members(cls)[field][0])
        return self.error((*keys, field), "is missing", _addition(field, bare, form))

    def unknown_keys(self, cls: type, keys: KeyPath, value: dict[str, object]) -> None:
        """Note the keys that mean nothing here."""
        known = keys_of(cls)
        for key in value:
            if key not in known:
                self.error((*keys, key), "is no key that belongs here", f"write {nearest(key, known)}")


def keys_of(cls: type) -> list[str]:
    """List the keys that a dataclass is written with."""
    keys: list[str] = []
    for name, (hint, _) in members(cls).items():
        bare, _, marker = unwrapped(hint)
        if marker is Marker.INLINE:
            keys += keys_of(bare)
        elif marker not in (Marker.KEY, Marker.FILLED):
            keys.append(name)
    return keys


def _lacking(cls: type, values: Mapping[str, object]) -> list[str]:
    """List what must be written: the first of the sets of `WRITTEN`, where none of them is there."""
    sets = WRITTEN.get(cls, ())
    if not sets or any(values.keys() >= set(each) for each in sets):
        return []
    return [key for key in sets[0] if key not in values]


def _addition(field: str, bare: Any, form: Form | None) -> str:
    if form:
        return f"add {field}: {form.examples[0]}"
    return f"add {field} with {', '.join(keys_of(bare))}" if is_record(bare) else f"add {field}"
