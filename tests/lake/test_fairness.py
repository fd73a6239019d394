"""Counts per group equal a plain computation, and comparisons of groups equal fairlearn's, run once beside it."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.engine import opened
from lake.fairness import Outcomes, by_group, outcomes, pairs
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import capture, captured, side, told, truth

SCHEMA = Schema(
    {"race": Kind.CATEGORY, "over 40": Kind.NUMBER},
    Predicted("label", positive="denied", favourable="granted"),
    groups={"race": ("black", "white"), "over 40": ("0", "1")},
)
PERSON = st.tuples(
    st.sampled_from(["black", "white", "other", ""]),
    st.sampled_from(["0", "1", "1.0", ""]),
    st.sampled_from(["denied", "granted", "referred"]),
    st.sampled_from(["denied", "granted", None]),
)


def _plain(people: list[tuple[str, str, str, str | None]], column: int, group: str) -> Outcomes | None:
    mine = [person for person in people if str(person[column]).removesuffix(".0") == group]
    pairs_of = [(said == "denied", turned_out == "denied") for *_, said, turned_out in mine if turned_out is not None]
    return mine and Outcomes(  # type: ignore[return-value] # an empty list is none
        len(mine),
        sum(said != "granted" for *_, said, _ in mine),
        pairs_of.count((True, True)),
        pairs_of.count((False, True)),
        pairs_of.count((True, False)),
        pairs_of.count((False, False)),
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(PERSON, min_size=1, max_size=40))
def test_counts_per_group_are_those_of_a_plain_count(people: list[tuple[str, str, str, str | None]]) -> None:
    lines = [
        capture(side(f"{race},{age}"), side(json.dumps({"label": said}), "application/json"), str(i))
        for i, (race, age, said, _) in enumerate(people)
    ]
    truths = [truth(str(i), turned_out) for i, (*_, turned_out) in enumerate(people) if turned_out is not None]
    with TemporaryDirectory() as folder:
        files = captured(Path(folder), lines), told(Path(folder), truths)
        with opened(SCHEMA, [files[0]], [files[1]]) as lake:
            found = outcomes(lake.ask(by_group(SCHEMA)))
    expected = {
        ("stable", column): {
            group: counts for group in SCHEMA.groups[column] if (counts := _plain(people, place, group))
        }
        for place, column in enumerate(SCHEMA.groups)
    }
    assert found == {key: groups for key, groups in expected.items() if groups}


def test_two_groups_are_compared_as_fairlearn_compares_them() -> None:
    """The figures are fairlearn 0.15.0's of the same counts (`benchmarks.quality` runs it where it is installed)."""
    black = Outcomes(100, 60, 25, 5, 35, 35)
    white = Outcomes(200, 50, 30, 20, 20, 130)
    (pair,) = pairs({"black": black, "white": white})
    assert (pair.one, pair.other) == ("black", "white")
    assert pair.parity_difference == pytest.approx(0.35)
    assert pair.impact_ratio == pytest.approx(0.4 / 0.75)
    assert pair.odds_difference == pytest.approx(0.5 - 20 / 150)


def test_what_is_not_known_is_not_compared() -> None:
    (pair,) = pairs({"a": Outcomes(10, 5), "b": Outcomes(0, 0)})
    assert (pair.parity_difference, pair.impact_ratio, pair.odds_difference) == (None, None, None)


def test_groups_of_whom_nobody_is_selected_are_treated_alike() -> None:
    (pair,) = pairs({"a": Outcomes(10, 10), "b": Outcomes(5, 5)})
    assert (pair.parity_difference, pair.impact_ratio) == (0.0, 1.0)


@pytest.mark.parametrize(
    "schema", [Schema(SCHEMA.columns, SCHEMA.predicted), Schema(SCHEMA.columns, Predicted("y"), SCHEMA.groups)]
)
def test_without_groups_or_a_positive_meaning_there_is_no_fairness(schema: Schema) -> None:
    with pytest.raises(ValueError, match="groups"):
        by_group(schema)
