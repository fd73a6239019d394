"""What is wrong with environment files: where, what, and what to write instead; all of it at once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

KeyPath = tuple[str | int, ...]
"""Keys and list indices from the top of a document down to a value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written (line counts from 1), and how; ``text`` is empty for mappings and lists."""

    file: Path
    line: int
    text: str = ""


def dotted(keys: KeyPath) -> str:
    """Write a key path as people do: ``endpoints.mortgage.rollout.steps[0].weight``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


@dataclass(frozen=True, slots=True)
class SpecError:
    """One error: its place, the key, the problem in words (value included), the fix, and its page's name if any."""

    place: Place
    keys: KeyPath
    problem: str
    fix: str
    check: str = ""

    def __str__(self) -> str:
        """One block: where, then what, then what to do."""
        where = f"{self.place.file}:{self.place.line}"
        value = f": {self.place.text}" if self.place.text else ""
        key = f"  {dotted(self.keys)}{value}" if self.keys else ""
        check = f" [{self.check}]" if self.check else ""
        return f"{where}{key}\n  {self.problem}{check}\n  fix: {self.fix}"


class SpecErrors(Exception):  # noqa: N818 (it carries many)
    """All errors of all files, sorted by file and line."""

    def __init__(self, errors: Iterable[SpecError]) -> None:
        unique = dict.fromkeys(errors)
        self.errors = tuple(sorted(unique, key=lambda e: (str(e.place.file), e.place.line, dotted(e.keys))))
        super().__init__("\n\n".join(map(str, self.errors)))


def quoted(text: str) -> str:
    """Write text as a quoted YAML scalar."""
    return json.dumps(text, ensure_ascii=False)
