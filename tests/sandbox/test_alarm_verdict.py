from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloudwatch.verdict import judge

if TYPE_CHECKING:
    from sandbox.cloudwatch.verdict import Missing, State

OK, ALARM, NONE, KEEP = "OK", "ALARM", "INSUFFICIENT_DATA", None
TREATMENTS: list[Missing] = ["missing", "ignore", "breaching", "notBreaching"]
points = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=12)


def read(text: str) -> list[bool | None]:
    return [{"X": True, "0": False, "-": None}[mark] for mark in text.split()]


# The tables of the user guide, "How alarm state is evaluated when data is missing".
@pytest.mark.parametrize(
    ("needed", "text", "states"),
    [
        (3, "0 - X - X", [OK, OK, OK, OK]),
        (3, "0 - - - -", [OK, OK, OK, OK]),
        (3, "- - - - -", [NONE, KEEP, ALARM, OK]),
        (3, "0 X X - X", [ALARM, ALARM, ALARM, ALARM]),
        (3, "- - - - X", [NONE, KEEP, ALARM, OK]),
        (3, "X - - - -", [ALARM, KEEP, ALARM, OK]),
        (3, "- - X - -", [ALARM, KEEP, ALARM, OK]),
        (2, "0 - X - X", [ALARM, ALARM, ALARM, ALARM]),
        (2, "0 0 X 0 X", [ALARM, ALARM, ALARM, ALARM]),
        (2, "0 - X - -", [OK, OK, ALARM, OK]),
        (2, "- - - - 0", [OK, OK, ALARM, OK]),
        (2, "- - - - X", [NONE, KEEP, ALARM, OK]),
    ],
)
def test_the_tables_of_the_user_guide(needed: int, text: str, states: list[State | None]) -> None:
    assert [judge(read(text), needed, 3, missing) for missing in TREATMENTS] == states


@given(points, st.integers(1, 5), st.sampled_from(TREATMENTS))
def test_no_alarm_of_data_that_is_all_good(marks: list[bool | None], needed: int, missing: Missing) -> None:
    good: list[bool | None] = [None if mark is None else False for mark in marks]
    if missing != "breaching":
        assert judge(good, needed, 5, missing) != ALARM


@given(points, st.integers(1, 5), st.sampled_from(TREATMENTS))
def test_enough_recent_breaches_always_alarm(marks: list[bool | None], needed: int, missing: Missing) -> None:
    assert judge([*marks, *[True] * needed], needed, max(needed, 5), missing) == ALARM


@given(points, st.integers(1, 5), st.sampled_from(TREATMENTS))
def test_full_periods_leave_nothing_to_how_missing_data_is_treated(
    marks: list[bool | None], needed: int, missing: Missing
) -> None:
    full = [bool(mark) for mark in marks] + [False] * 5
    assert judge(full, needed, 5, missing) == judge(full, needed, 5, "missing")


@given(points, st.integers(1, 5))
def test_silence_is_insufficient_data_unless_it_is_said_what_it_means(marks: list[bool | None], needed: int) -> None:
    silent: list[bool | None] = [None for _ in marks]
    assert [judge(silent, needed, 5, missing) for missing in TREATMENTS] == [NONE, KEEP, ALARM, OK]
