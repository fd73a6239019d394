"""What a rule says."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from infra.spec.errors import KeyPath


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule is broken: where (from the object that the rule was given), what is wrong, and the fix.

    ``check`` names its page in ``docs/checks``, where it has one.
    """

    at: KeyPath
    problem: str
    fix: str
    check: str = ""


Rule = Callable[[Any], Iterable[Finding]]
"""A pure function from an object of the spec to what is wrong with it."""


def below(findings: Iterable[Finding], *keys: str | int) -> Iterator[Finding]:
    """Tell findings about a part from the whole that holds it under these keys."""
    for finding in findings:
        yield replace(finding, at=(*keys, *finding.at))
