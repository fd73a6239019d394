"""How far two sets of rows are from each other, feature by feature: counted by queries, summed up here.

One feature at a time, so that a query holds one column. Numbers are counted in ten bins between the deciles of the
first set; a bin holds its upper end. Distances: PSI as `lambdas.rollout.quality.shift` has it, Jensen and Shannon's
with natural logarithms as `scipy.spatial.distance.jensenshannon` has it (0 to 0.83, unsmoothed), Kolmogorov and
Smirnov's exact statistic over all values, ties and all.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lake.engine import Answered
from lake.significance import kolmogorov
from lake.text import identifier, literal, names
from lambdas.rollout.quality.bins import ANSWER, DECILES
from lambdas.rollout.quality.schema import Kind, Schema
from lambdas.rollout.quality.shift import Counts, homogeneous, stability, sums


@dataclass(frozen=True, slots=True)
class Rows:
    """A set of rows: a view or table, a condition on it, and how many rows each one stands for."""

    view: str = "rows"
    condition: str = "TRUE"
    weight: str = "1"

    @classmethod
    def of(cls, variant: str) -> "Rows":
        """The rows of a variant."""
        return cls(condition=f"variant = {literal(variant)}")


@dataclass(frozen=True, slots=True)
class Change:
    """One feature, before and after.

    ``before`` and ``after`` are rows with a value, ``missing_before`` and ``missing_after`` those without one.
    ``statistic`` is Kolmogorov and Smirnov's; None for categories. ``p_value`` is the chance of as great a difference
    where there is none: by that statistic for numbers, by chi-squared for categories. The last two are of the missing
    share. A figure is None where a set has no rows. ``answer`` is true of what was answered, not asked.
    """

    feature: str
    before: int
    after: int
    missing_before: int
    missing_after: int
    psi: float | None
    distance: float | None
    statistic: float | None
    p_value: float | None
    new: tuple[str, ...] = ()
    missing_psi: float | None = None
    missing_p_value: float | None = None
    answer: bool = False


def _both(column: str, first: Rows, second: Rows) -> str:
    """SQL for a column's values with how often they are in each set; requests that were not captured are in none."""
    parts = [
        f"SELECT {column} AS entry, {place} AS side, {rows.weight} AS held FROM {rows.view}"
        f" WHERE ({rows.condition}) AND {_seen(column)}"
        for place, rows in enumerate((first, second))
    ]
    counts = ", ".join(
        f"sum(CASE WHEN side = {place} THEN held ELSE 0 END) AS {name}"
        for place, name in enumerate(("before_count", "after_count"))
    )
    return f"SELECT entry, {counts} FROM ({' UNION ALL '.join(parts)}) AS sides GROUP BY entry"


def _seen(column: str) -> str:
    return "TRUE" if column in _ANSWERS.values() else "asked"


_ANSWERS = {"score": identifier("score"), "value": identifier("value"), "label": identifier("label")}


def edges(column: str, rows: Rows) -> str:
    """Ask for the deciles of a column (quoted) in a set, interpolated as `numpy.quantile` does."""
    listed = ", ".join(str(decile) for decile in DECILES)
    return f"SELECT quantile_cont({column}, [{listed}]) AS edges FROM {rows.view} WHERE ({rows.condition})"


def bins(column: str, bounds: Sequence[float], first: Rows, second: Rows) -> str:
    """Count both sets' rows in the bins between bounds (ascending); the bin NULL has the missing values."""
    above = " + ".join(f"CASE WHEN entry > {bound!r} THEN 1 ELSE 0 END" for bound in bounds) or "0"
    placed = f"CASE WHEN entry IS NULL THEN NULL ELSE {above} END"
    return (
        f"SELECT {placed} AS bin, sum(before_count) AS before_count, sum(after_count) AS after_count"
        f" FROM ({_both(column, first, second)}) AS counted GROUP BY {placed} ORDER BY bin"
    )


def categories(column: str, first: Rows, second: Rows) -> str:
    """Count both sets' rows in each category; the category NULL has the missing values."""
    counted = _both(column, first, second)
    return f"SELECT entry AS bin, before_count, after_count FROM ({counted}) AS counted ORDER BY bin"


def statistic(column: str, first: Rows, second: Rows) -> str:
    """Ask for Kolmogorov and Smirnov's two-sample statistic: the greatest difference of the shares up to a value."""
    running = ", ".join(
        f"CAST(sum({side}) OVER (ORDER BY entry ROWS UNBOUNDED PRECEDING) AS DOUBLE)"
        f" / NULLIF(sum({side}) OVER (), 0) AS {side}_share"
        for side in ("before_count", "after_count")
    )
    shares = f"SELECT {running} FROM ({_both(column, first, second)}) AS counted WHERE entry IS NOT NULL"
    return f"SELECT max(abs(before_count_share - after_count_share)) AS statistic FROM ({shares}) AS shares"


class Feature(NamedTuple):
    """A feature: what it is called, its column in ``rows`` (quoted), its kind, and whether it was answered."""

    name: str
    column: str
    kind: Kind
    answer: bool = False


def features(schema: Schema) -> tuple[Feature, ...]:
    """Tell every feature, the answer last: its score, its number, or its label."""
    asked = [Feature(name, identifier(names(schema)[name]), kind) for name, kind in schema.columns.items()]
    predicted = schema.predicted
    answer = "value" if predicted.number else "score" if predicted.score is not None else "label"
    kind = Kind.CATEGORY if answer == "label" else Kind.NUMBER
    return (*asked, Feature(ANSWER, _ANSWERS[answer], kind, answer=True))


def drift(lake: Answered, first: Rows, second: Rows) -> tuple[Change, ...]:
    """Compare two sets of rows in every feature, and in what was answered."""
    return tuple(
        compared(lake, feature, _bounds(lake, feature, first), (first, second)) for feature in features(lake.schema)
    )


def _bounds(lake: Answered, feature: Feature, rows: Rows) -> list[float]:
    if feature.kind is Kind.CATEGORY:
        return []
    return list(lake.ask(edges(feature.column, rows))[0]["edges"] or [])


def compared(lake: Answered, feature: Feature, bounds: Sequence[float], sets: tuple[Rows, Rows]) -> Change:
    """Compare a feature in two sets of rows; a number, in the bins between these bounds."""
    if feature.kind is Kind.CATEGORY:
        return change(feature, lake.ask(categories(feature.column, *sets)))
    counted = lake.ask(bins(feature.column, sorted(set(bounds)), *sets))
    greatest = lake.ask(statistic(feature.column, *sets))[0]["statistic"]
    return change(feature, counted, greatest)


def change(feature: Feature, counted: Sequence[Mapping[str, Any]], greatest: float | None = None) -> Change:
    """Sum up a feature's counts by bin or category; ``greatest`` is a number's statistic."""
    named = feature.kind is Kind.CATEGORY
    present = [(int(each["before_count"]), int(each["after_count"])) for each in counted if each["bin"] is not None]
    missing = [(int(each["before_count"]), int(each["after_count"])) for each in counted if each["bin"] is None]
    before, after = sums(present)
    gone = sums(missing)
    known = bool(before and after)
    p_value = None
    if known:
        p_value = homogeneous(present) if greatest is None else kolmogorov(greatest, before, after)
    new = [each for each in counted if named and each["bin"] is not None and not each["before_count"]]
    presence = [(before, after), gone]
    both = bool(before + gone[0] and after + gone[1])
    return Change(
        feature=feature.name,
        answer=feature.answer,
        before=before,
        after=after,
        missing_before=gone[0],
        missing_after=gone[1],
        psi=stability(present) if known else None,
        distance=jensen_shannon(present) if known else None,
        statistic=greatest if known else None,
        p_value=p_value,
        new=tuple(str(each["bin"]) for each in new) if before else (),
        missing_psi=stability(presence) if both else None,
        missing_p_value=homogeneous(presence) if both else None,
    )


def jensen_shannon(counts: Counts) -> float:
    """Compute Jensen and Shannon's distance of two sets' counts per bin."""
    before, after = sums(counts)
    shares = [(first / before, second / after) for first, second in counts]
    both = math.fsum(_relative(p, (p + q) / 2) + _relative(q, (p + q) / 2) for p, q in shares)
    return math.sqrt(max(both, 0.0) / 2)


def _relative(share: float, mean: float) -> float:
    return share * math.log(share / mean) if share else 0.0
