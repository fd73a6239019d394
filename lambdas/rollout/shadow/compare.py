"""Stable's and the canary's answers to one request, held against each other."""

import math
from enum import StrEnum
from typing import NamedTuple

from lambdas.rollout.shadow.answers import Answer, Output
from lambdas.rollout.shadow.comparison import Comparison

_ROUNDING = 1e-9
_SUM = 1e-3
"""How far class probabilities may be from adding up to 1."""


class Kind(StrEnum):
    """In what two answers disagree; the first that applies."""

    ERROR = "error"
    SCHEMA = "schema"
    LABEL = "label"
    SCORE = "score"


class Compared(NamedTuple):
    """What was found of each pair of answers to one request: in what they disagree, or None.

    Empty where neither side can be read: there is nothing to compare.
    """

    found: tuple[Kind | None, ...] = ()

    @property
    def disagreements(self) -> int:
        """Count the answers that disagree."""
        return sum(kind is not None for kind in self.found)


def compare(stable: Output, canary: Output, terms: Comparison) -> Compared:
    """Compare answer by answer; where they cannot be told apart, all of the longer side disagree."""
    if stable.unreadable and canary.unreadable:
        return Compared()
    count = max(len(stable.answers), len(canary.answers))
    if stable.unreadable or canary.unreadable:
        return Compared((Kind.ERROR,) * count)
    if stable.form != canary.form or len(stable.answers) != len(canary.answers):
        return Compared((Kind.SCHEMA,) * count)
    pairs = zip(stable.answers, canary.answers, strict=True)
    return Compared(tuple(difference(first, second, terms) for first, second in pairs))


def difference(stable: Answer, canary: Answer, terms: Comparison) -> Kind | None:
    """Tell in what two answers disagree."""
    if stable.form != canary.form:
        return Kind.SCHEMA
    labels = labels_of(stable, terms)
    if labels != labels_of(canary, terms):
        return Kind.LABEL
    if labels and not (terms.tolerance or terms.relative):
        return None
    close = all(_close(*scores, terms) for scores in zip(stable.scores, canary.scores, strict=True))
    return None if close else Kind.SCORE


def labels_of(answer: Answer, terms: Comparison) -> tuple[str, ...]:
    """Return an answer's labels: its own, or what its scores say; empty where they say nothing."""
    if answer.texts:
        return answer.texts
    if terms.threshold is not None:
        return tuple(str(score >= terms.threshold) for score in answer.scores)
    if _are_probabilities(answer.scores):
        return (str(answer.scores.index(max(answer.scores))),)
    return ()


def _are_probabilities(scores: tuple[float, ...]) -> bool:
    return len(scores) > 1 and min(scores) >= 0 and abs(sum(scores) - 1) <= _SUM


def _close(stable: float, canary: float, terms: Comparison) -> bool:
    return math.isclose(stable, canary, rel_tol=max(terms.relative, _ROUNDING), abs_tol=terms.tolerance)
