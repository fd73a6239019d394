from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.report.scale import Scale, nice_top, spread, time_ticks

TIMES = st.floats(min_value=1, max_value=4e9)


def test_a_scale_maps_its_ends_onto_its_pixels() -> None:
    scale = Scale(10, 20, 100, 0)
    assert (scale(10), scale(15), scale(20)) == (100, 50, 0)


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_an_axis_ends_at_or_just_above_the_highest_value(value: float) -> None:
    assert value * 0.999 <= nice_top(value) <= 2.5 * value


@given(TIMES, st.floats(min_value=1, max_value=1e8), st.integers(min_value=2, max_value=12))
def test_time_ticks_are_few_round_and_inside(low: float, length: float, most: int) -> None:
    high = low + length
    ticks = time_ticks(low, high, most)
    assert len(ticks) <= most
    assert all(low <= at <= high for at, _ in ticks)
    steps = {after - before for (before, _), (after, _) in pairwise(ticks)}
    assert len(steps) <= 1
    assert all(at % step == 0 for at, _ in ticks for step in steps)


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (20, ("09:40:00", "09:40:05", "09:40:10", "09:40:15", "09:40:20")),
        (1_500, ("09:40", "09:50", "10:00")),
        (400_000, ("11-22", "11-23", "11-24", "11-25", "11-26")),
    ],
)
def test_tick_labels_are_as_short_as_the_step_allows(length: float, labels: tuple[str, ...]) -> None:
    low = 1_795_254_000.0
    assert tuple(text for _, text in time_ticks(low, low + length, 6 if length != 1_500 else 4)) == labels


@given(st.lists(st.floats(min_value=-50, max_value=300), max_size=8))
def test_labels_are_moved_apart_and_keep_their_order(wanted: list[float]) -> None:
    placed = spread(wanted, 15, 0, 250)
    assert all(after - before >= 15 - 1e-6 for before, after in pairwise(sorted(placed)))
    assert [p for _, p in sorted(zip(wanted, placed, strict=True), key=lambda pair: pair[0])] == sorted(placed)
    assert all(-1e-6 <= position <= 250 + 1e-6 for position in placed)


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert spread([200.0, 10.0, 100.0], 15, 0, 250) == (200.0, 10.0, 100.0)
