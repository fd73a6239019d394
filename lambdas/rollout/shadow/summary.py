"""All that is known of a comparison so far: bounded, whatever the traffic."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.shadow.answers import Output
from lambdas.rollout.shadow.compare import Compared, Kind

_VALUES = 12
"""Values of a column that are counted apart; those that come later are counted as ``column=(others)``."""
_COLUMNS = 8
"""Columns that are counted; requests of ever other columns tell nothing apart."""
_EXAMPLES = 3
"""Examples of each kind."""
_SHOWN = 120
"""Characters of an answer in an example."""


class Example(NamedTuple):
    """Two answers that disagree: to the ``row``-th row (from 0) of a request."""

    id: str
    row: int
    kind: str
    stable: str
    canary: str


class Summary(NamedTuple):
    """Counts of answers; an `Arm`'s ``bad`` are those that disagree.

    ``requests`` counts pairs of answers to one request, ``incomparable`` those of them that neither side answered
    readably, ``damaged`` lines of captures that were no records.
    """

    requests: int = 0
    incomparable: int = 0
    damaged: int = 0
    answers: Arm = Arm(0, 0)
    kinds: Mapping[str, int] = {}
    segments: Mapping[str, Arm] = {}
    examples: tuple[Example, ...] = ()


class Paired(NamedTuple):
    """One request's two outputs, what was found, and the segments of its rows."""

    id: str
    stable: Output
    canary: Output
    compared: Compared
    segments: tuple[tuple[str, ...], ...] = ()


def with_pairs(summary: Summary, pairs: Sequence[Paired]) -> Summary:
    """Count pairs; but for the choice of segments beyond the limit, their order does not matter."""
    found = [kind for pair in pairs for kind in pair.compared.found]
    return summary._replace(
        requests=summary.requests + len(pairs),
        incomparable=summary.incomparable + sum(not pair.compared.found for pair in pairs),
        answers=summary.answers.plus(Arm(sum(kind is not None for kind in found), len(found))),
        kinds=_kinds(summary.kinds, found),
        segments=_segments(summary.segments, pairs),
        examples=_examples([*summary.examples, *(example for pair in pairs for example in _of_pair(pair))]),
    )


def _kinds(before: Mapping[str, int], found: Iterable[Kind | None]) -> Mapping[str, int]:
    counts = dict(before)
    for kind in found:
        if kind is not None:
            counts[kind.value] = counts.get(kind.value, 0) + 1
    return counts


def _segments(before: Mapping[str, Arm], pairs: Iterable[Paired]) -> Mapping[str, Arm]:
    counts = dict(before)
    for pair in pairs:
        for kind, names in zip(pair.compared.found, pair.segments, strict=False):
            for key in filter(None, [_room(counts, name) for name in names]):
                counts[key] = counts.get(key, Arm(0, 0)).plus(Arm(int(kind is not None), 1))
    return counts


def _room(counts: Mapping[str, Arm], name: str) -> str | None:
    """Return the segment to count for a name: itself, its column's others, or None beyond the last column."""
    if name in counts:
        return name
    column = name.partition("=")[0]
    columns = [key.partition("=")[0] for key in counts]
    if column not in columns and len(set(columns)) >= _COLUMNS:
        return None
    return name if columns.count(column) < _VALUES else f"{column}=(others)"


def _of_pair(pair: Paired) -> Iterable[Example]:
    """Show the first answer of a pair that disagrees, in each kind."""
    seen: set[Kind] = set()
    for row, kind in enumerate(pair.compared.found):
        if kind is not None and kind not in seen:
            seen.add(kind)
            yield Example(pair.id, row, kind.value, _shown(pair.stable, row), _shown(pair.canary, row))


def _shown(output: Output, row: int) -> str:
    if output.unreadable:
        return f"unreadable: {output.unreadable}"
    return str(output.answers[row])[:_SHOWN] if row < len(output.answers) else "no answer"


def _examples(all_of_them: Iterable[Example]) -> tuple[Example, ...]:
    """Keep a few of each kind, those whose ids come first: the same ones in whatever order they came."""
    ordered = sorted(set(all_of_them))
    return tuple(
        example for kind in Kind for example in [each for each in ordered if each.kind == kind.value][:_EXAMPLES]
    )
