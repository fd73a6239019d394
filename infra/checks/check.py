"""What a check is: an id, a severity, a sentence why, and a look at one kind of subject."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from inspect import cleandoc
from typing import Any, Generic, TypeVar

from infra.spec.rules.finding import Finding

S = TypeVar("S")
Look = Callable[[S], Iterable[Finding]]
"""A pure function from a subject to what is wrong with it; its name and docstring are the check's id and why."""


class Severity(StrEnum):
    """An error refuses synthesis and fails `serinus check`; a warning is told (and fails with ``--strict``).

    A notice is told, for what is as it should be and may still surprise.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Check(Generic[S]):
    """One check; ``docs/checks/ID.md`` explains it with an example that fires and one that does not."""

    id: str
    severity: Severity
    why: str
    look: Look[S]


def error(look: Look[S]) -> Check[S]:
    """Make a check whose findings refuse."""
    return _made(look, Severity.ERROR)


def warning(look: Look[S]) -> Check[S]:
    """Make a check whose findings are told."""
    return _made(look, Severity.WARNING)


def notice(look: Look[S]) -> Check[S]:
    """Make a check whose findings need no mending."""
    return _made(look, Severity.NOTICE)


def refusal(id_: str, why: str) -> Check[Any]:
    """Name a rule of `infra.spec.rules` that refuses a file before any check can look at it."""
    return Check(id_, Severity.ERROR, why, lambda _: ())


def _made(look: Look[S], severity: Severity) -> Check[S]:
    return Check(getattr(look, "__name__", "").replace("_", "-"), severity, cleandoc(look.__doc__ or ""), look)
