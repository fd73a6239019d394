"""An interval is read from its own hours' files, and what that costs is known before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from lake.hours import Interval, capture_globs, files, scanned, truth_globs

if TYPE_CHECKING:
    from pathlib import Path

NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_the_hours_are_those_that_the_interval_touches() -> None:
    assert Interval(NINE, NINE + timedelta(hours=1)).hours == (NINE,)
    assert Interval(NINE - timedelta(seconds=1), NINE + timedelta(seconds=1)).hours == (
        NINE - timedelta(hours=1),
        NINE,
    )
    local = timezone(timedelta(hours=5, minutes=30))
    assert Interval(NINE.astimezone(local), (NINE + timedelta(minutes=1)).astimezone(local)).hours == (NINE,)


@pytest.mark.parametrize(
    ("since", "until"), [(NINE, NINE), (NINE, NINE - timedelta(hours=1)), (NINE.replace(tzinfo=None), NINE)]
)
def test_no_interval_is_without_an_end(since: datetime, until: datetime) -> None:
    with pytest.raises(ValueError, match="interval"):
        Interval(since, until)


def test_captures_are_read_from_their_hours_and_truths_until_the_window_has_passed() -> None:
    interval = Interval(NINE, NINE + timedelta(hours=2))
    assert capture_globs("/data/", "credit", interval) == (
        "/data/credit/*/2026/11/21/09/*.jsonl",
        "/data/credit/*/2026/11/21/10/*.jsonl",
    )
    hours = truth_globs("/truths", interval, window=3_600)
    assert (hours[0], hours[-1], len(hours)) == ("/truths/2026/11/21/09/*.jsonl", "/truths/2026/11/22/11/*.jsonl", 27)


def test_the_bytes_are_those_of_the_files(tmp_path: Path) -> None:
    interval = Interval(NINE, NINE + timedelta(hours=2))
    for hour, size in (("08", 10_000), ("09", 70), ("10", 700), ("11", 20_000)):
        for variant in ("stable", "canary"):
            path = tmp_path / "credit" / variant / "2026/11/21" / hour / "a.jsonl"
            path.parent.mkdir(parents=True)
            path.write_bytes(b"\n" * size)
    found = files(capture_globs(str(tmp_path), "credit", interval))
    assert len(found) == 4
    assert scanned(found) == 2 * 770
