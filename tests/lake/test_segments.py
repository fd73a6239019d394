"""Segments are counted as a plain computation counts them, and a bad one is found in the files and named."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.engine import opened
from lake.segments import PAIRED, VALUES, counted, counts, cuts, searched
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import capture, captured, side, told, truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from lake.worse import Search

PREDICTED = Predicted("label", positive="yes")
SCHEMA = Schema(
    {"income": Kind.NUMBER, "ra'c\"e": Kind.CATEGORY, "over 40": Kind.NUMBER, "label": Kind.CATEGORY},
    PREDICTED,
    groups={"over 40": ("0", "1"), "ra'c\"e": ("black", "nobody")},
)
BOTH = {"stable", "canary"}


class Row(NamedTuple):
    variant: str
    income: str
    race: str
    old: str
    kind: str
    said: str
    turned_out: str | None


Test = Callable[[Row], bool]
ROW = st.builds(
    Row,
    st.sampled_from(["stable", "canary", "other"]),
    st.sampled_from(["", "no number", *map(str, range(-3, 7))]),
    st.sampled_from(["black", "wh'ite", "[b]", ""]),
    st.sampled_from(["0", "1.0", "1", "2", ""]),
    st.sampled_from(["x", "1.0", "1"]),
    st.sampled_from(["yes", "no"]),
    st.sampled_from(["yes", "no", "perhaps", None]),
)


def _laid(folder: Path, schema: Schema, rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """Write captures and truths; requests have as many cells as the schema has columns."""
    lines: dict[str, list[dict[str, object]]] = {}
    for i, row in enumerate(rows):
        cells = ",".join((row.income, row.race, row.old, row.kind)[: len(schema.columns)])
        said = side(json.dumps({"label": row.said}), "application/json")
        lines.setdefault(row.variant, []).append(capture(side(cells) if cells else None, said, str(i)))
    truths = [truth(str(i), row.turned_out) for i, row in enumerate(rows) if row.turned_out is not None]
    return [captured(folder, each, variant) for variant, each in lines.items()], [told(folder, truths)]


def _searched(schema: Schema, rows: Sequence[Row], variants: set[str] = BOTH) -> Search:
    with TemporaryDirectory() as folder, opened(schema, *_laid(Path(folder), schema, rows)) as lake:
        return searched(lake, variants)


def _number(cell: str) -> float | None:
    return float(cell) if cell.removeprefix("-").replace(".", "").isdigit() else None


def _valued(column: str, place: int, names: set[str]) -> dict[str, Test]:
    def told_by(name: str) -> Test:
        return lambda row: str(row[place]).removesuffix(".0") == name

    return {f"{column}={name}": told_by(name) for name in names}


def _binned(column: str, place: int, rows: Sequence[Row]) -> dict[str, Test]:
    known = [value for row in rows if (value := _number(str(row[place]))) is not None]
    quartiles = {float(np.quantile(known, share)) for share in (0.25, 0.5, 0.75)} if known else set()
    edges = sorted(edge for edge in quartiles if edge < max(known))

    def within(low: float, high: float) -> Test:
        return lambda row: (value := _number(str(row[place]))) is not None and low < value <= high

    called = [f"{low:.6g} < {column} <= {high:.6g}" for low, high in pairwise(edges)]
    if edges:
        called = [f"{column} <= {edges[0]:.6g}", *called, f"{column} > {edges[-1]:.6g}"]
    return {name: within(*ends) for name, ends in zip(called, pairwise([-np.inf, *edges, np.inf]), strict=False)}


def _plain(rows: Sequence[Row]) -> dict[frozenset[str], tuple[tuple[int, int], ...]]:
    """Count, plainly, wrong and labelled answers of stable and the canary in each segment."""
    known = [row for row in rows if row.variant in BOTH and row.turned_out is not None]
    races = {row.race for row in known if row.race} | {"black", "nobody"}
    columns = [
        (0, _binned("income", 1, known)),
        (1, _valued("ra'c\"e", 2, races)),
        (2, _valued("over 40", 3, {"0", "1"})),
        (2, _binned("over 40", 3, known)),
        (3, _valued("label", 4, {row.kind.removesuffix(".0") for row in known})),
    ]
    single = [(column, name, test) for column, named in columns if len(named) > 1 for name, test in named.items()]
    tests: dict[frozenset[str], list[Test]] = {frozenset(): []}
    tests |= {frozenset([name]): [test] for _, name, test in single}
    for (one, name, test), (other, other_name, other_test) in combinations(single, 2):
        together = [test, other_test]
        if one != other and any(all(each(row) for each in together) for row in known):
            tests[frozenset([name, other_name])] = together
    return {names: tuple(_counts(known, variant, told) for variant in sorted(BOTH)) for names, told in tests.items()}


def _counts(rows: Sequence[Row], variant: str, tests: list[Test]) -> tuple[int, int]:
    mine = [row for row in rows if row.variant == variant and all(test(row) for test in tests)]
    return sum((row.said == "yes") != (row.turned_out == "yes") for row in mine), len(mine)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60))
def test_counts_are_those_of_a_plain_computation(rows: list[Row]) -> None:
    with TemporaryDirectory() as folder, opened(SCHEMA, *_laid(Path(folder), SCHEMA, rows)) as lake:
        cut, segments = counted(lake)
    found = {frozenset(part.called for part in each.parts): (each.canary, each.stable) for each in segments}
    assert len(found) == len(segments)
    assert not cut or found == _plain(rows)


def test_requests_that_were_not_captured_are_in_no_segment() -> None:
    rows = [Row("canary", str(i % 4), "black", "0", "x", "yes", "yes") for i in range(8)]
    with TemporaryDirectory() as folder:
        captures, truths = _laid(Path(folder), SCHEMA, rows)
        lines = [json.loads(line) for line in Path(captures[0]).read_text().splitlines()]
        del lines[0]["captureData"]["endpointInput"]
        Path(captures[0]).write_text("\n".join(map(json.dumps, lines)))
        with opened(SCHEMA, captures, truths) as lake:
            whole = counted(lake)[1][0]
    assert (whole.parts, whole.canary) == ((), (0, 7))


def test_the_most_common_values_are_segments_and_groups_whatever_they_are() -> None:
    rows = [Row("canary", "1", f"v{i:02}", "0", "x", "yes", "yes") for i in range(VALUES + 5) for _ in range(i + 1)]
    with TemporaryDirectory() as folder, opened(SCHEMA, *_laid(Path(folder), SCHEMA, rows)) as lake:
        called = counted(lake)[0][0].called
    common = [f"ra'c\"e=v{i:02}" for i in range(VALUES + 4, 4, -1)]
    assert called == (*common, "ra'c\"e=black", "ra'c\"e=nobody")


def test_values_that_no_query_can_name_are_no_segments() -> None:
    rows = [Row("canary", "1", name, "0", "x", "yes", "yes") for name in ("a\0b", "c", "'--", "\\")]
    with TemporaryDirectory() as folder, opened(SCHEMA, *_laid(Path(folder), SCHEMA, rows)) as lake:
        cut, segments = counted(lake)
    assert set(cut[0].called) == {f"ra'c\"e={name}" for name in ("c", "'--", "\\", "black", "nobody")}
    assert segments[0].canary == (0, 4)


def _traffic(wrong: Callable[[Row], float], each: int = 2_500) -> list[Row]:
    """Draw requests alike for both variants; ``wrong`` is the share of wrong answers to such a request."""
    chance = random.Random(5)
    rows = []
    for i in range(2 * each):
        row = Row(
            "canary" if i % 2 else "stable",
            f"{chance.lognormvariate(10, 1):.2f}",
            chance.choice(["black", "[red]", "wh'ite"]),
            chance.choice("01"),
            chance.choice("xyz"),
            chance.choice(["yes", "no"]),
            None,
        )
        other = "no" if row.said == "yes" else "yes"
        rows.append(row._replace(turned_out=other if chance.random() < wrong(row) else row.said))
    return rows


def test_a_bad_value_is_found_and_named() -> None:
    rows = _traffic(lambda row: 0.4 if row.variant == "canary" and row.race == "black" else 0.2)
    found = _searched(SCHEMA, rows)
    assert [each.segment.name for each in found.worse] == ["ra'c\"e=black"]
    wrong, labelled = _counts(rows, "canary", [lambda row: row.race == "black"])
    assert str(found.worse[0]).startswith(
        f"the canary is worse for ra'c\"e=black: {100 * wrong / labelled:.1f} % wrong of {labelled}, stable "
    )


def test_a_bad_pair_whose_columns_look_fine_is_found_and_named() -> None:
    def wrong(row: Row) -> float:
        poor, black = float(row.income) <= 11_000, row.race == "black"
        if row.variant == "stable" or not (poor or black):
            return 0.2
        return 0.5 if poor and black else 0.1 if black else 0.05

    found = _searched(SCHEMA, _traffic(wrong))
    (name,) = (each.segment.name for each in found.worse)
    assert name.startswith("ra'c\"e=black and income <= 1")
    assert found.summary.startswith(f"Of {found.searched} segments one is worse by 5 points beyond chance; ")


def test_a_canary_that_is_as_good_has_no_segment_named() -> None:
    found = _searched(SCHEMA, _traffic(lambda _: 0.2))
    assert found.worse == ()
    assert 0 < found.too_few < found.searched
    assert found.summary == (
        f"Of {found.searched} segments none is worse by 5 points beyond chance;"
        f" {found.too_few} had too few rows to say."
    )


def test_what_cannot_be_searched_says_why() -> None:
    rows = [Row("canary", "1", "black", "0", "x", "1", "2"), Row("stable", "1", "black", "0", "x", "1", "2")]
    number = Schema(SCHEMA.columns, Predicted("label"), SCHEMA.groups)
    assert _searched(number, rows).summary.startswith("A predicted number is neither right nor wrong")
    assert _searched(Schema({}, PREDICTED), rows).summary.startswith("The schema names no columns")
    assert _searched(SCHEMA, rows, {"canary"}).summary.startswith("Segments are searched where stable and the canary")
    alike = Schema({"income": Kind.NUMBER, "race": Kind.CATEGORY}, PREDICTED)
    found = _searched(alike, rows)
    assert found.summary == "No column of labelled requests has two values: there are no segments to search."
    assert (found.searched, found.worse) == (0, ())
    unlabelled = [row._replace(turned_out=None) for row in rows]
    assert _searched(alike, unlabelled).searched == 0


def test_columns_in_no_pair_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lake.segments.PAIRED", 3)
    found = _searched(SCHEMA, _traffic(lambda _: 0.2, 200))
    assert found.alone == 1
    assert "; columns in no pair: 1." in found.summary


def test_columns_beyond_those_that_are_paired_are_searched_alone() -> None:
    columns = {f"c{i}": Kind.CATEGORY for i in range(PAIRED + 3)}
    schema = Schema(columns, PREDICTED, {f"c{PAIRED + 2}": ("a", "b")})
    common = [{"place": i, "entry": entry} for i in range(PAIRED + 3) for entry in "ab"]
    cut = cuts(schema, common, {})
    assert cut[0].column == f"c{PAIRED + 2}"
    sets = counts(cut, PREDICTED).partition("GROUPING SETS")[2]
    assert sets.count("(variant, s") == PAIRED + 3 + PAIRED * (PAIRED - 1) // 2
    assert "(variant, s0, s1)" in sets
    assert f"s{PAIRED})" in sets
    assert f", s{PAIRED})" not in sets.replace(f"(variant, s{PAIRED})", "")
