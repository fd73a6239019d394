"""What decisions do to groups of people: counts per group as a query, and comparisons of them.

A decision is unfavourable where its label is not the schema's ``favourable`` one. The selection rate is the share of
favourable ones; the true and false positive rates are those of ``positive``, over rows whose truth is known. Sources:
Agarwal et al., "A Reductions Approach to Fair Classification", ICML 2018 (demographic parity, equalized odds); the
disparate impact ratio is that of the four-fifths rule (29 CFR 1607.4 D).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from lake.quality import count
from lake.text import canonical, identifier, literal, names, number
from lambdas.rollout.quality.schema import Kind, Schema

FEWEST = 100
"""Decisions of a group from which on its share is worth comparing: with fewer its bounds may be 20 points apart."""


def by_group(schema: Schema) -> str:
    """Count decisions and their outcomes per variant and group, all columns in one pass; refuses a regression.

    Of several classes the favourable one is taken for the positive one; where none is, they are refused too.

    Columns: endpoint, variant, grouping (the column), "group", decisions, unfavourable, and of those with a truth:
    true_positive, false_negative, false_positive, true_negative. Raises ValueError where there is nothing to group.
    """
    if schema.predicted.good is None or not schema.groups:
        raise ValueError("fairness takes groups, and a label or score of which one meaning is favourable")
    keys = [f"g{i}" for i in range(len(schema.groups))]
    each = ", ".join(f"{_group(schema, column)} AS {key}" for column, key in zip(schema.groups, keys, strict=True))
    sets = ", ".join(f"(endpoint, variant, {key})" for key in keys)
    which = " ".join(
        f"WHEN GROUPING({key}) = 0 THEN {literal(column)}" for column, key in zip(schema.groups, keys, strict=True)
    )
    counts = (
        f"count(*) AS decisions, {count('NOT favoured')} AS unfavourable,"
        f" {count('predicted AND actual')} AS true_positive, {count('NOT predicted AND actual')} AS false_negative,"
        f" {count('predicted AND NOT actual')} AS false_positive,"
        f" {count('NOT predicted AND NOT actual')} AS true_negative"
    )
    grouped = (
        f"SELECT endpoint, variant, CASE {which} END AS grouping_column,"
        f" COALESCE({', '.join([*keys, 'NULL'])}) AS name, {counts}"
        f" FROM (SELECT endpoint, variant, favoured, predicted, actual, {each} FROM rows) AS told_apart"
        f" GROUP BY GROUPING SETS ({sets})"
    )
    kept = f"SELECT * FROM ({grouped}) AS grouped WHERE name IS NOT NULL"
    return f"{kept} ORDER BY endpoint, variant, grouping_column, name"


def _group(schema: Schema, column: str) -> str:
    """SQL for a row's group in a column; NULL where it is in none of those that are named."""
    name = identifier(names(schema)[column])
    if schema.columns[column] is Kind.NUMBER:
        arms = [f"WHEN {name} = ({number(literal(group))}) THEN {literal(group)}" for group in schema.groups[column]]
    else:
        arms = [f"WHEN {name} = {literal(canonical(group))} THEN {literal(group)}" for group in schema.groups[column]]
    return f"CASE {' '.join(arms)} END"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a group got; rates are None where they divide by nothing."""

    decisions: int
    unfavourable: int
    true_positive: int = 0
    false_negative: int = 0
    false_positive: int = 0
    true_negative: int = 0

    @property
    def selection_rate(self) -> float | None:
        """The share of decisions that are favourable."""
        return _share(self.decisions - self.unfavourable, self.decisions)

    @property
    def true_positive_rate(self) -> float | None:
        """Of those who turned out positive, the share for whom that was predicted."""
        return _share(self.true_positive, self.true_positive + self.false_negative)

    @property
    def false_positive_rate(self) -> float | None:
        """Of those who turned out otherwise, the share for whom positive was predicted."""
        return _share(self.false_positive, self.false_positive + self.true_negative)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups compared; a figure is None where one of them lacks the rate.

    ``parity_difference`` is between selection rates, ``impact_ratio`` is the lower one over the higher one (below 0.8
    the four-fifths rule speaks), ``odds_difference`` the greater of the differences in true and false positive rates.
    """

    one: str
    other: str
    parity_difference: float | None
    impact_ratio: float | None
    odds_difference: float | None


def outcomes(records: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, Outcomes]]:
    """Arrange `by_group`'s rows: by variant and column, then by group."""
    found: dict[tuple[str, str], dict[str, Outcomes]] = {}
    for record in records:
        counts = {name: int(record[name]) for name in Outcomes.__slots__}
        found.setdefault((record["variant"], record["grouping_column"]), {})[record["name"]] = Outcomes(**counts)
    return found


def pairs(groups: Mapping[str, Outcomes]) -> tuple[Pair, ...]:
    """Compare each two groups of a column."""
    return tuple(_pair(one, other, groups[one], groups[other]) for one, other in combinations(groups, 2))


def _pair(one: str, other: str, a: Outcomes, b: Outcomes) -> Pair:
    odds = [_apart(a.true_positive_rate, b.true_positive_rate), _apart(a.false_positive_rate, b.false_positive_rate)]
    known = [difference for difference in odds if difference is not None]
    return Pair(
        one,
        other,
        _apart(a.selection_rate, b.selection_rate),
        _ratio(a.selection_rate, b.selection_rate),
        max(known) if len(known) == 2 else None,
    )


def _apart(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else abs(one - other)


def _ratio(one: float | None, other: float | None) -> float | None:
    """The lower rate over the higher; 1 where nobody of either group is selected: they are treated alike."""
    if one is None or other is None:
        return None
    return min(one, other) / max(one, other) if max(one, other) else 1.0


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
