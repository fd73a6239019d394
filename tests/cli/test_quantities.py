from __future__ import annotations

import pytest

from cli.quantities import count, duration, percent, utc


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3_600, "1 h"),
        (3_605, "1 h"),
        (4_800, "1 h 20 min"),
        (90_000, "1 d 1 h"),
        (-3, "0 s"),
    ],
)
def test_a_duration_is_written_by_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_times_are_utc_to_the_second() -> None:
    assert utc(1_795_254_012.9) == "2026-11-21T09:40:12Z"


@pytest.mark.parametrize(("weight", "text"), [(0, "0 %"), (1, "0.01 %"), (250, "2.5 %"), (10_000, "100 %")])
def test_weights_are_written_in_percent(weight: int, text: str) -> None:
    assert percent(weight) == text


def test_counts_know_singular_and_plural() -> None:
    assert [count(n, "look") for n in (0, 1, 1_480)] == ["0 looks", "1 look", "1,480 looks"]
