"""A baseline's bins: each value is in exactly one, and the baseline's own rows are where the file says."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.quality.bins import ANSWER, MOST_COMMON, Bins, bins, watched
from lambdas.rollout.quality.predicted import word
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from lambdas.rollout.quality.statistics import Categories, Numbers

FINITE = st.floats(-1e9, 1e9)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("  ")


def _numbers(*values: float, missing: int = 0, rows: int = 1) -> Numbers:
    sketch = tuple((value, rows) for value in sorted(values))
    return Numbers(rows * len(values), missing, 0.0, 0.0, 0.0, 0.0, 0.0, sketch)


def _cut(found: Numbers | Categories) -> Bins:
    made = bins("x", found)
    assert made is not None
    return made


def test_a_number_has_ten_bins_of_as_many_rows_each_with_its_upper_end() -> None:
    made = _cut(_numbers(*range(1, 101), missing=7, rows=2))
    assert made.edges == tuple(float(10 * decile) for decile in range(1, 10))
    assert made.counts == (20,) * 10 + (7,)
    assert [made.place(value) for value in (-5, 10, 10.5, "90", 90.1, 1e9)] == [0, 0, 1, 8, 9, 9]


def test_equal_deciles_are_one_edge() -> None:
    made = _cut(_numbers(*[0.0] * 95, 1.0, 2.0, 3.0, 4.0, 5.0))
    assert (made.edges, made.counts) == ((0.0,), (95, 5, 0))


def test_the_sketchs_rows_stand_for_all_that_are_present() -> None:
    found = replace(_numbers(*range(1, 11)), present=1_000)
    assert _cut(found).counts == (*[100] * 10, 0)


def test_the_most_common_categories_have_bins_and_all_others_one() -> None:
    counts = {f"c{number:02d}": 100 - number for number in range(MOST_COMMON + 5)}
    made = _cut(Categories(sum(counts.values()) + 3, 9, counts))
    assert made.names == tuple(f"c{number:02d}" for number in range(MOST_COMMON))
    assert made.counts[-2:] == (sum(100 - number for number in range(MOST_COMMON, MOST_COMMON + 5)) + 3, 9)
    assert [made.place(value) for value in ("c00", " c19 ", "c20", "never seen", None, "")] == [0, 19, 20, 20, 21, 21]


def test_a_category_is_known_however_it_is_written() -> None:
    made = _cut(Categories(10, 0, {"1": 3, "1.0": 4, "true": 3}))
    assert (made.names, made.counts) == (("1", "true"), (7, 3, 0, 0))
    assert [made.place(value) for value in (1, 1.0, " 1.0", True)] == [0, 0, 0, 1]


def test_what_is_missing_has_the_last_bin() -> None:
    made = _cut(_numbers(1.0, 2.0, 3.0))
    gone = len(made.counts) - 1
    assert {made.place(value) for value in (None, "", "n/a", math.nan, math.inf, True)} == {gone}


def test_without_a_value_there_are_no_bins() -> None:
    assert bins("x", _numbers(missing=5)) is None
    assert bins("x", Categories(0, 5, {})) is None
    assert bins("x", Categories(3, 0, {" ": 3})) is None


@given(baseline=st.lists(FINITE, min_size=1, max_size=50), value=ANYTHING | FINITE)
def test_each_value_is_in_the_one_bin_between_whose_ends_it_lies(baseline: list[float], value: Any) -> None:
    made = _cut(_numbers(*baseline))
    place = made.place(value)
    try:
        figure = None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        figure = None
    if figure is None or not math.isfinite(figure):
        assert place == len(made.counts) - 1
    else:
        ends = (-math.inf, *made.edges, math.inf)
        inside = [low < figure <= high for low, high in pairwise(ends)]
        assert [index for index, holds in enumerate(inside) if holds] == [place]


@given(counts=st.dictionaries(st.text(max_size=4), st.integers(0, 50), max_size=40), value=ANYTHING)
def test_each_category_is_in_the_one_bin_of_its_name(counts: dict[str, int], value: Any) -> None:
    made = bins("x", Categories(sum(counts.values()), 3, counts))
    if made is None:
        return
    assert sum(made.counts) >= 3
    assert all(made.counts[made.place(name)] >= counts[name] for name in counts if word(name) in made.names)
    name, others = word(value), len(made.names)
    place = made.place(value)
    assert place == (others + 1 if name is None else made.names.index(name) if name in made.names else others)


@given(values=st.lists(FINITE, min_size=1, max_size=60), missing=st.integers(0, 9))
def test_the_baselines_own_rows_are_counted_where_they_would_be_placed(values: list[float], missing: int) -> None:
    made = _cut(_numbers(*values, missing=missing))
    placed = [made.place(value) for value in values] + [len(made.counts) - 1] * missing
    assert list(made.counts) == [placed.count(place) for place in range(len(made.counts))]


def test_other_bins_have_another_mark() -> None:
    one, again, other = (_cut(_numbers(1.0, 2.0, top)) for top in (3.0, 3.0, 4.0))
    assert one.mark == again.mark != other.mark
    assert _cut(Categories(2, 0, {"a": 2})).mark != _cut(Categories(2, 0, {"b": 2})).mark


def test_the_answer_is_watched_last_by_its_score_its_number_or_its_label() -> None:
    columns = {"x": Kind.NUMBER}
    said = [Predicted(label="l", score="s", positive="1"), Predicted(label="l"), Predicted(label="l", positive="1")]
    kinds = [list(watched(Schema(columns, each)))[-1] for each in said]
    assert kinds == [(ANSWER, Kind.NUMBER), (ANSWER, Kind.NUMBER), (ANSWER, Kind.CATEGORY)]
