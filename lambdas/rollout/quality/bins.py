"""A baseline as functions need it: the bins of each feature, and how many of the baseline's rows are in each.

A number has ten bins between the baseline's deciles, each with its upper end; a category one for each of the most
common values and one for all others, new ones among them. What is missing has the last bin.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from lambdas.rollout.quality.predicted import number, word
from lambdas.rollout.quality.schema import Kind, Schema
from lambdas.rollout.quality.statistics import Categories, Numbers

DECILES = tuple(i / 10 for i in range(1, 10))
ANSWER = "the answer"
"""What an answer says (its score, number or label), as people are told of it."""
MOST_COMMON = 20
"""Categories that have a bin of their own."""


@dataclass(frozen=True, slots=True)
class Bins:
    """The bins of one feature.

    ``edges`` are a number's, ascending; ``names`` a category's, as `word` writes them. ``counts`` are the baseline's
    rows: bin by bin, then above all edges or of another name, then missing.
    """

    feature: str
    counts: tuple[int, ...]
    edges: tuple[float, ...] = ()
    names: tuple[str, ...] = ()

    def place(self, value: Any) -> int:
        """Tell a value's bin, an index of ``counts``."""
        missing = len(self.counts) - 1
        if self.names:
            name = word(value)
            if name is None:
                return missing
            return self.names.index(name) if name in self.names else missing - 1
        figure = number(value)
        return missing if figure is None else bisect_left(self.edges, figure)

    @property
    def mark(self) -> str:
        """A short name of these very bins: counts in others cannot be added to counts in these."""
        return blake2b(repr((self.edges, self.names)).encode(), digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class Baseline:
    """The bins of every feature that is watched; what is answered is `ANSWER`."""

    features: tuple[Bins, ...] = ()


def watched(schema: Schema) -> Iterator[tuple[str, Kind]]:
    """Tell every feature and its kind, the answer last: its score, its number, or its label."""
    yield from schema.columns.items()
    said = schema.predicted
    yield ANSWER, Kind.NUMBER if said.number or said.score is not None else Kind.CATEGORY


def bins(feature: str, found: Numbers | Categories) -> Bins | None:
    """Cut a feature into bins; None where the baseline has no value of it."""
    return _of_numbers(feature, found) if isinstance(found, Numbers) else _of_categories(feature, found)


def _of_numbers(feature: str, found: Numbers) -> Bins | None:
    """Equal deciles are one edge. The sketch's rows stand for all that are present."""
    if not (found.sketch and found.present):
        return None
    edges = sorted({found.quantile(share) for share in DECILES})
    held = [0] * (len(edges) + 1)
    for value, rows in found.sketch:
        held[bisect_left(edges, value)] += rows
    scale = found.present / sum(held)
    return Bins(feature, (*[round(scale * rows) for rows in held], found.missing), edges=tuple(edges))


def _of_categories(feature: str, found: Categories) -> Bins | None:
    """Of two categories that are as common the one that comes first by its name has the bin."""
    held: dict[str, int] = {}
    for written, count in found.counts.items():
        if count > 0 and (name := word(written)) is not None:
            held[name] = held.get(name, 0) + count
    common = sorted(held, key=lambda name: (-held[name], name))[:MOST_COMMON]
    if not common:
        return None
    told = [held[name] for name in common]
    others = max(found.present - sum(told), 0)
    return Bins(feature, (*told, others, found.missing), names=tuple(common))
