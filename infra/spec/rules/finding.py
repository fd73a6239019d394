"""What a rule says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from infra.spec.errors import KeyPath


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule is broken: where (from the object that the rule was given), what is wrong, and the fix."""

    at: KeyPath
    problem: str
    fix: str


Rule = Callable[[Any], Iterable[Finding]]
"""A pure function from an object of the spec to what is wrong with it."""
