"""Folding a series that grows, and is sometimes corrected, is folding the whole of it."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.judge.fold import Fold, Mapped

SERIES = st.lists(st.lists(st.integers(0, 3), max_size=6), max_size=6)


def _step(state: str, item: int) -> str:
    return f"{state}{item}"


def _odd(item: int) -> str | None:
    return str(item) if item % 2 else None


@given(SERIES)
def test_every_call_is_as_if_it_were_the_first(calls: list[list[int]]) -> None:
    fold, mapped = Fold(_step, ""), Mapped(_odd)
    for items in calls:
        assert fold(items) == reduce(_step, items, "")
        assert list(mapped(items)) == [str(item) for item in items if item % 2]


def test_what_was_there_before_is_not_stepped_again() -> None:
    stepped: list[int] = []

    def step(state: int, item: int) -> int:
        stepped.append(item)
        return state + item

    fold = Fold(step, 0)
    fold([1, 2, 3])
    assert fold([1, 2, 3, 4]) == 10
    assert stepped == [1, 2, 3, 4]
    assert fold([1, 9]) == 10
    assert stepped == [1, 2, 3, 4, 9]
