"""``extends``: one file says only what differs from another.

Mappings merge key by key; lists and scalars replace; null takes away. Each value keeps the place where it was
written. Top-level keys that begin with ``x-`` hold anchors and are otherwise ignored.
"""

from pathlib import Path

from infra.spec.errors import KeyPath, SpecError, SpecErrors
from infra.spec.source import Document, parse

EXTENDS = "extends"


def extended(file: Path, through: tuple[Path, ...] = ()) -> tuple[Document, tuple[Path, ...]]:
    """Read a file with all that it extends; returns the document and the extended files, nearest first.

    Raises SpecErrors for files that are no YAML mappings, and for ``extends`` that leads nowhere or in a circle.
    """
    own = parse(file)
    if not isinstance(own.data, dict):
        raise _refusal(own, (), "is not a mapping", "begin with keys such as account and region")
    if own.data.get(EXTENDS) is None:
        return _without_notes(own), ()
    base_file = _base(file, own, through)
    base, further = extended(base_file, (*through, file))
    return _without_notes(_merge(base, own)), (base_file, *further)


def _base(file: Path, own: Document, through: tuple[Path, ...]) -> Path:
    name = own.value((EXTENDS,))
    if not isinstance(name, str):
        raise _refusal(own, (EXTENDS,), "is not a file name", "write a path beside this file, such as base.yaml")
    base = file.parent / name
    if not base.is_file():
        raise _refusal(own, (EXTENDS,), "names no file", "write a path from this file's folder, such as base.yaml")
    if base.resolve() in {path.resolve() for path in (*through, file)}:
        raise _refusal(own, (EXTENDS,), "leads back to this file", "extend another file, or none")
    return base


def _refusal(document: Document, keys: KeyPath, problem: str, fix: str) -> SpecErrors:
    return SpecErrors([SpecError(document.told(keys), keys, problem, fix)])


def _merge(base: Document, own: Document) -> Document:
    replaced = {keys for keys in own.places if not isinstance(own.value(keys), dict)}
    kept = {
        keys: place
        for keys, place in base.places.items()
        if not any(keys[:depth] in replaced for depth in range(len(keys) + 1))
    }
    return Document(_merge_data(base.data, own.data), kept | own.places)


def _merge_data(old: object, new: object) -> object:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {key: _merge_data(old.get(key), new[key]) if key in new else old[key] for key in {**old, **new}}


def _without_notes(document: Document) -> Document:
    data = document.data
    assert isinstance(data, dict)  # noqa: S101 (extended() refuses all else)
    return Document(
        {key: value for key, value in data.items() if key != EXTENDS and not key.startswith("x-")}, document.places
    )
