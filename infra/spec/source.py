"""YAML files as plain data, with the place of every value.

The composed node tree is walked here rather than left to a constructor: that keeps the line and the very text of
each value (``2026.10`` and ``"2026.10"`` are not the same), through anchors, aliases and merge keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from infra.spec.errors import KeyPath, Place, SpecError, SpecErrors
from infra.spec.secrets import secret

MAX_VALUES = 200_000
"""More than any environment has (500 endpoints: 15,000); aliases can multiply a short file beyond any memory."""

_TAG = "tag:yaml.org,2002:"
_MERGE = _TAG + "merge"
_TYPED = frozenset(_TAG + kind for kind in ("null", "bool", "int", "float"))
_KNOWN = _TYPED | {_TAG + kind for kind in ("str", "timestamp", "map", "seq")}


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (mappings, lists, scalars) and the place of each value by key path; ``()`` is the whole file."""

    data: object
    places: dict[KeyPath, Place]

    def value(self, keys: KeyPath) -> object:
        """Find a value; KeyError or IndexError where nothing was written."""
        found: Any = self.data
        for key in keys:
            found = found[key]
        return found

    def place(self, keys: KeyPath) -> Place:
        """Find where a value was written, or (where it was not) the nearest one around it."""
        while keys not in self.places:
            keys = keys[:-1]
        return self.places[keys]

    def told(self, keys: KeyPath) -> Place:
        """Find a place to tell people of: a value that looks like a secret is not repeated."""
        place = self.place(keys)
        return replace(place, text="") if secret(str(keys[-1]) if keys else "", place.text) else place


def parse(file: Path) -> Document:
    """Read a YAML file; raises SpecErrors for what is no readable YAML mapping."""
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"))
        return _Walk(file, yaml).document(root)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _refusal(file, line, f"is not YAML: {error.problem or error.context}") from error
    except YAMLError as error:
        raise _refusal(file, 1, f"is not YAML: {error}") from error
    except RecursionError as error:
        raise _refusal(file, 1, "is nested too deeply") from error
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(file, 1, f"cannot be read: {error}", "give the path of a UTF-8 YAML file") from error


def _refusal(file: Path, line: int, problem: str, fix: str = "correct the YAML on this line") -> SpecErrors:
    return SpecErrors([SpecError(Place(file, line), (), problem, fix)])


class _Walk:
    """One walk down a node tree, collecting places and duplicate keys."""

    def __init__(self, file: Path, yaml: YAML) -> None:
        self.file = file
        self.yaml = yaml
        self.places: dict[KeyPath, Place] = {}
        self.errors: list[SpecError] = []
        self.open: set[int] = set()

    def document(self, root: Node | None) -> Document:
        """Walk from the root; an empty file is an empty mapping."""
        self.places[()] = Place(self.file, 1)
        data = self.value((), root) if root else {}
        if self.errors:
            raise SpecErrors(self.errors)
        self.places[()] = Place(self.file, 1)
        return Document(data, self.places)

    def value(self, keys: KeyPath, node: Node, line: int | None = None) -> object:
        """Turn a node into plain data and note its place; ``line`` is its key's, where it has one."""
        self.places[keys] = Place(self.file, line or node.start_mark.line + 1, _text(node))
        if id(node) in self.open or len(self.places) > MAX_VALUES:
            raise self.refusal(node, "repeats itself without end through its aliases")
        if node.tag not in _KNOWN:
            raise self.refusal(node, f"has a tag, {node.tag}, which means nothing here", "take the tag out")
        self.open.add(id(node))
        try:
            match node:
                case MappingNode():
                    return self.mapping(keys, node)
                case SequenceNode():
                    return [self.value((*keys, i), child) for i, child in enumerate(node.value)]
                case _:
                    return self.scalar(node)
        finally:
            self.open.discard(id(node))

    def mapping(self, keys: KeyPath, node: MappingNode) -> dict[str, object]:
        """Turn a mapping node into a dictionary; what it merges (``<<``) yields to its own keys."""
        found: dict[str, object] = {}
        own: dict[str, int] = {}
        for key, child in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if key.tag == _MERGE:
                continue
            if not isinstance(key, ScalarNode):
                raise self.refusal(key, "is a list or mapping where a key belongs", "write a plain key")
            if name in own:
                self.duplicate((*keys, name), line, own[name])
            own[name] = line
            found[name] = self.value((*keys, name), child, line)
        for key, child in _merged(node):
            if str(key.value) not in found:
                found[str(key.value)] = self.value((*keys, str(key.value)), child, key.start_mark.line + 1)
        return found

    def scalar(self, node: Node) -> object:
        """Read a scalar; what is neither null, bool nor number is text, dates included."""
        if node.tag not in _TYPED:
            return node.value
        try:
            scalar: object = self.yaml.constructor.construct_object(node)
        except (ValueError, KeyError) as error:
            problem = f"{node.value} is no {node.tag.removeprefix(_TAG)}"
            raise self.refusal(node, problem, "take the tag out") from error
        return scalar

    def refusal(self, node: Node, problem: str, fix: str = "correct the YAML on this line") -> SpecErrors:
        """Refuse the file because of one node."""
        return _refusal(self.file, node.start_mark.line + 1, problem, fix)

    def duplicate(self, keys: KeyPath, line: int, first: int) -> None:
        """Note a key that stands twice in one mapping."""
        problem = f"stands twice in the same mapping: on line {first} and here"
        self.errors.append(SpecError(Place(self.file, line), keys, problem, "keep one of the two"))


def _merged(node: MappingNode) -> Iterator[tuple[Node, Node]]:
    """Find the pairs that ``<<`` brings in, nearest first, through mappings that merge in turn."""
    for key, child in node.value:
        if key.tag != _MERGE:
            continue
        for source in child.value if isinstance(child, SequenceNode) else [child]:
            if isinstance(source, MappingNode):
                yield from ((k, v) for k, v in source.value if k.tag != _MERGE)
                yield from _merged(source)


def _text(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""
