"""Segments of requests, and how often each variant was wrong in them: counted by queries, never row by row.

A segment is a value of a category (the 20 most common, and the schema's groups), a quarter of a number (between the
quartiles of both variants together), or both of two columns'; and all requests together are one. Only labelled rows
count whose request was captured; a missing value is in no segment of its column, and a column that has one value has
no segments. Which segments there are is told by rows alone, never by what was wrong in them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from lake.engine import Answered
from lake.predicted import right
from lake.quality import count
from lake.text import canonical, identifier, literal, names, number, sayable
from lake.worse import Part, Search, Segment, search
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quality.schema import Kind, Predicted, Schema

VALUES = 20
"""Values of a category that are segments: the most common ones."""
PAIRED = 20
"""Columns that are paired: their 190 pairs have more segments than are searched, and each pair is counted anew."""
_QUARTILES = "[0.25, 0.5, 0.75, 1.0]"
_COMPARED = f"FROM labelled WHERE asked AND variant IN ({literal(STABLE)}, {literal(CANARY)})"


@dataclass(frozen=True, slots=True)
class Cut:
    """A column in segments: what each is called, and the SQL of the one in which a row is, from 0, or NULL."""

    column: str
    called: tuple[str, ...]
    place: str


def edges(schema: Schema) -> str:
    """Ask for each number's quartiles and its greatest value: a row, with a list ``e0``, ``e1``... per number."""
    listed = ", ".join(
        f"quantile_cont({_quoted(schema, column)}, {_QUARTILES}) AS e{i}" for i, column in enumerate(_numbers(schema))
    )
    return f"SELECT {listed} {_COMPARED}"


def values(schema: Schema) -> str:
    """Ask for the most common values of each category: ``place`` (of the category, from 0), ``entry``, ``held``."""
    keys = [f"v{i}" for i in range(len(_categories(schema)))]
    each = ", ".join(
        f"{_quoted(schema, column)} AS {key}" for column, key in zip(_categories(schema), keys, strict=True)
    )
    grouped = (
        f"SELECT {_first(keys, range(len(keys)))} AS place, COALESCE({', '.join([*keys, 'NULL'])}) AS entry,"
        f" count(*) AS held FROM (SELECT {each} {_COMPARED}) AS told_apart"
        f" GROUP BY GROUPING SETS ({', '.join(f'({key})' for key in keys)})"
    )
    ranked = (
        f"SELECT *, row_number() OVER (PARTITION BY place ORDER BY held DESC, entry) AS nth"
        f" FROM ({grouped}) AS grouped WHERE entry IS NOT NULL"
    )
    return f"SELECT place, entry, held FROM ({ranked}) AS ranked WHERE nth <= {VALUES} ORDER BY place, nth"


def counts(cuts: tuple[Cut, ...], predicted: Predicted) -> str:
    """Count labelled and wrong answers per variant, in each cut's segments and in those of each two columns.

    Columns: variant, one, other (places of the cuts; the same of a single one), one_segment, other_segment, labelled,
    wrong; all four places are -1 of all rows. An answer is wrong where it is positive and the truth is not, or the
    other way round; of several classes, where it is another one.
    """
    keys = [f"s{i}" for i in range(len(cuts))]
    each = ", ".join(f"{cut.place} AS {key}" for cut, key in zip(cuts, keys, strict=True))
    sets = ", ".join(f"({', '.join(['variant', *(keys[i] for i in chosen)])})" for chosen in _chosen(cuts))
    places, backwards = range(len(cuts)), range(len(cuts) - 1, -1, -1)
    grouped = (
        f"SELECT variant, {_first(keys, places)} AS one, {_first(keys, backwards)} AS other,"
        f" {_first(keys, places, value=True)} AS one_segment, {_first(keys, backwards, value=True)} AS other_segment,"
        f" count(*) AS labelled, {count('wrong')} AS wrong"
        f" FROM (SELECT variant, NOT ({right(predicted)}) AS wrong, {each} {_COMPARED}) AS placed"
        f" GROUP BY GROUPING SETS ({sets})"
    )
    return (
        f"SELECT * FROM ({grouped}) AS grouped WHERE one_segment IS NOT NULL AND other_segment IS NOT NULL"
        f" ORDER BY one, other, one_segment, other_segment, variant"
    )


def _chosen(cuts: tuple[Cut, ...]) -> Iterator[tuple[int, ...]]:
    """Tell which cuts are counted by themselves, and which together: a column is no pair with itself."""
    yield ()
    yield from ((i,) for i in range(len(cuts)))
    paired = _paired(cuts)
    for i, j in combinations(range(len(cuts)), 2):
        if cuts[i].column != cuts[j].column and {cuts[i].column, cuts[j].column} <= paired:
            yield i, j


def _paired(cuts: Iterable[Cut]) -> set[str]:
    return set(list(dict.fromkeys(cut.column for cut in cuts))[:PAIRED])


def _first(keys: list[str], places: range, *, value: bool = False) -> str:
    """SQL for the first of these places that GROUPING SETS group a row by, or for the value there; else -1."""
    arms = " ".join(f"WHEN GROUPING({keys[i]}) = 0 THEN {keys[i] if value else i}" for i in places)
    return f"CASE {arms} ELSE -1 END"


def _quoted(schema: Schema, column: str) -> str:
    return identifier(names(schema)[column])


def _numbers(schema: Schema) -> list[str]:
    return [column for column in schema.columns if schema.columns[column] is Kind.NUMBER]


def _categories(schema: Schema) -> list[str]:
    return [column for column in schema.columns if schema.columns[column] is Kind.CATEGORY]


def cuts(schema: Schema, common: Iterable[Mapping[str, Any]], quartiles: Mapping[str, Any]) -> tuple[Cut, ...]:
    """Cut every column by the answers to `values` and `edges`; those with groups first, for not all are paired."""
    numbers, categories = _numbers(schema), _categories(schema)
    known: dict[str, list[str]] = {column: [] for column in categories}
    for record in common:
        # What no query can name is no segment: a request may hold U+0000.
        if sayable(record["entry"]):
            known[categories[record["place"]]].append(record["entry"])
    bounds = {column: quartiles[f"e{i}"] or [] for i, column in enumerate(numbers)}
    found: list[Cut] = []
    for column in sorted(schema.columns, key=lambda column: column not in schema.groups):
        groups = schema.groups.get(column, ())
        if column in known:
            found.append(_valued(schema, column, [*known[column], *map(canonical, groups)]))
        else:
            found += [_valued(schema, column, groups), _binned(schema, column, bounds[column])]
    return tuple(cut for cut in found if len(cut.called) > 1)


def _valued(schema: Schema, column: str, entries: Iterable[str]) -> Cut:
    """Cut a column by its values; of a number, by the groups that the schema names."""
    quoted, each = _quoted(schema, column), tuple(dict.fromkeys(entries))
    is_number = schema.columns[column] is Kind.NUMBER
    said = [f"({number(literal(entry))})" if is_number else literal(entry) for entry in each]
    arms = " ".join(f"WHEN {quoted} = {entry} THEN {i}" for i, entry in enumerate(said))
    return Cut(column, tuple(f"{column}={entry}" for entry in each), f"CASE {arms} END")


def _binned(schema: Schema, column: str, quartiles: Iterable[float]) -> Cut:
    """Cut a number between its quartiles; a bin holds its upper end, and none lies above the greatest value."""
    *inner, greatest = quartiles or (0.0,)
    bounds = sorted({edge for edge in inner if edge < greatest})
    if not bounds:
        return Cut(column, (), "")
    quoted = _quoted(schema, column)
    arms = " ".join(f"WHEN {quoted} <= {edge!r} THEN {i}" for i, edge in enumerate(bounds))
    between = (f"{low:.6g} < {column} <= {high:.6g}" for low, high in pairwise(bounds))
    called = (f"{column} <= {bounds[0]:.6g}", *between, f"{column} > {bounds[-1]:.6g}")
    return Cut(column, called, f"CASE {arms} WHEN {quoted} IS NOT NULL THEN {len(bounds)} END")


def arranged(records: Iterable[Mapping[str, Any]], cut: tuple[Cut, ...]) -> tuple[Segment, ...]:
    """Arrange `counts`' rows by segment, pairs last; one of a single column is there even where nobody is in it."""
    nobody = {CANARY: Arm(0, 0), STABLE: Arm(0, 0)}
    single = [(Part(i, place, called),) for i, each in enumerate(cut) for place, called in enumerate(each.called)]
    found: dict[tuple[Part, ...], dict[str, Arm]] = {parts: dict(nobody) for parts in [(), *single]}
    for record in records:
        placed = dict.fromkeys(((record["one"], record["one_segment"]), (record["other"], record["other_segment"])))
        parts = tuple(Part(i, place, cut[i].called[place]) for i, place in placed if i >= 0)
        found.setdefault(parts, dict(nobody))[record["variant"]] = Arm(int(record["wrong"]), int(record["labelled"]))
    return tuple(Segment(parts, arms[STABLE], arms[CANARY]) for parts, arms in found.items())


def counted(lake: Answered) -> tuple[tuple[Cut, ...], tuple[Segment, ...]]:
    """Cut a classification's columns, and count the segments; three queries."""
    schema = lake.schema
    common = lake.ask(values(schema)) if _categories(schema) else ()
    quartiles = lake.ask(edges(schema))[0] if _numbers(schema) else {}
    found = cuts(schema, common, quartiles)
    return found, arranged(lake.ask(counts(found, schema.predicted)), found) if found else ()


def searched(lake: Answered, variants: set[str]) -> Search:
    """Search the segments of these variants' rows, or say why there are none."""
    if lake.schema.predicted.number:
        return Search(unsearched="A predicted number is neither right nor wrong: no segments are searched.")
    if not {STABLE, CANARY} <= variants:
        return Search(unsearched="Segments are searched where stable and the canary were both captured.")
    if not lake.schema.columns:
        return Search(unsearched="The schema names no columns: there are no segments to search.")
    found, segments = counted(lake)
    if not found:
        return Search(unsearched="No column of labelled requests has two values: there are no segments to search.")
    return search(segments, alone=len({cut.column for cut in found} - _paired(found)))
