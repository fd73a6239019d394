"""What a check has found, with its place."""

from dataclasses import dataclass
from typing import Any

from infra.checks.check import Check
from infra.spec.errors import KeyPath, Place, dotted


@dataclass(frozen=True, slots=True)
class Notice:
    """A check has fired: where, what is wrong, and the fix."""

    check: Check[Any]
    place: Place
    keys: KeyPath
    problem: str
    fix: str

    def __str__(self) -> str:
        """One block: where, then what and which check says so, then what to do."""
        value = f": {self.place.text}" if self.place.text else ""
        where = f"{self.place.file}:{self.place.line}  {dotted(self.keys)}{value}"
        return f"{where}\n  {self.check.severity}: {self.problem} [{self.check.id}]\n  fix: {self.fix}"
