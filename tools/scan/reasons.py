"""Why a check of checkov may fail: one table, in which nothing may stand that no longer happens."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("reasons.toml")


@dataclass(frozen=True, slots=True)
class Reason:
    """What an id of checkov's asks for, on which resources (patterns of ``kind.name``) it may fail, and why.

    With ``unless_keyed`` it may fail only where an environment has no ``kms_key``.
    """

    asks: str
    on: Sequence[str]
    why: str
    unless_keyed: bool = False


class Failure(NamedTuple):
    """A check that failed on a resource (``kind.name``) of a stack."""

    check: str
    name: str
    stack: str
    resource: str

    @property
    def keyed(self) -> bool:
        """Whether the stack is one of an environment with a key."""
        return self.stack.startswith(KEYED)


KEYED = "keyed-"
"""Begins the names of stacks that are scanned with a key of the account's own."""


def read(table: Path = TABLE) -> dict[str, Reason]:
    """Read the table."""
    return {id_: Reason(**entry) for id_, entry in tomllib.loads(table.read_text(encoding="utf-8")).items()}


def unexplained(failures: Iterable[Failure], reasons: Mapping[str, Reason]) -> list[Failure]:
    """Find the failures that no reason covers."""
    return [failure for failure in failures if not _covers(reasons.get(failure.check), failure)]


def _covers(reason: Reason | None, failure: Failure) -> bool:
    if reason is None or (reason.unless_keyed and failure.keyed):
        return False
    return any(fnmatchcase(failure.resource, pattern) for pattern in reason.on)


def obsolete(failures: Sequence[Failure], reasons: Mapping[str, Reason]) -> list[str]:
    """Name what the table explains and nothing does: a check, and the pattern of resources."""
    return [
        f"{id_} on {pattern}"
        for id_, reason in reasons.items()
        for pattern in reason.on
        if not any(each.check == id_ and fnmatchcase(each.resource, pattern) for each in failures)
    ]
