"""Figures per slice of time equal a plain computation over the same answers."""

from __future__ import annotations

import json
import random
import statistics
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lake.engine import opened
from lake.hours import Interval
from lake.slices import MOST, Slice, cut, per_slice, slices
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import capture, captured, side, told, truth

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = Schema({"x": Kind.NUMBER}, Predicted("label", positive="1"))
NUMBERS = Schema({"x": Kind.NUMBER}, Predicted("label"))
SINCE = datetime(2026, 11, 21, 9, 10, 20, tzinfo=UTC)
INTERVAL = Interval(SINCE, SINCE + timedelta(minutes=30, seconds=7))


class Row(NamedTuple):
    variant: str
    second: int
    said: str
    turned_out: str | None


def _rows(*, number: bool) -> list[Row]:
    """Answers of two variants; none is labelled in the tenth to fourteenth minute, nor the canary's in the third."""
    chance = random.Random(2)
    found = []
    for _ in range(900):
        variant, second = chance.choice(["stable", "canary"]), chance.randrange(1_807)
        said, turned_out = (
            [str(round(chance.gauss(50, 9), 3)) for _ in range(2)] if number else chance.choices("01", k=2)
        )
        silent = 540 <= second < 840 or (variant == "canary" and 120 <= second < 240)
        known = not silent and chance.random() < 0.7
        found.append(Row(variant, second, said, turned_out if known else None))
    return found


def _asked(folder: Path, schema: Schema, rows: list[Row]) -> tuple[Slice, ...]:
    captures, truths = [], []
    for variant in ("stable", "canary"):
        lines = [
            capture(
                side("1"),
                side(json.dumps({"label": row.said}), "application/json"),
                str(place),
                f"{SINCE + timedelta(seconds=row.second):%Y-%m-%dT%H:%M:%S}.999Z",
            )
            for place, row in enumerate(rows)
            if row.variant == variant
        ]
        captures.append(captured(folder, lines, variant))
    truths = [truth(str(i), row.turned_out) for i, row in enumerate(rows) if row.turned_out is not None]
    with opened(schema, captures, [told(folder, truths)], INTERVAL) as lake:
        return slices(lake.ask(per_slice(schema, cut(INTERVAL))))


def _by_slice(rows: list[Row]) -> dict[tuple[str, int], list[Row]]:
    found = defaultdict(list)
    for row in rows:
        if row.turned_out is not None:
            found[row.variant, row.second // 120].append(row)
    return dict(sorted(found.items()))


def test_a_classifications_slices_are_those_of_a_plain_count(tmp_path: Path) -> None:
    rows = _rows(number=False)
    found = _asked(tmp_path, CLASSES, rows)
    assert cut(INTERVAL).seconds == 120
    expected = _by_slice(rows)
    assert [(each.variant, each.number) for each in found] == list(expected)
    assert {number for _, number in expected} == {*range(16)} - {5, 6}
    for each, met in zip(found, expected.values(), strict=True):
        right = sum(row.said == row.turned_out for row in met)
        bounds = stats.binomtest(right, len(met)).proportion_ci(0.95, method="wilson")
        assert (each.labelled, each.value) == (len(met), right / len(met))
        assert each.bounds == pytest.approx((bounds.low, bounds.high), abs=1e-9)


def test_a_regressions_slices_are_those_of_a_plain_computation(tmp_path: Path) -> None:
    rows = _rows(number=True)
    found = _asked(tmp_path, NUMBERS, rows)
    expected = _by_slice(rows)
    assert [(each.variant, each.number) for each in found] == list(expected)
    for each, met in zip(found, expected.values(), strict=True):
        errors = [abs(float(row.said) - float(row.turned_out or "nan")) for row in met]
        mean = statistics.fmean(errors)
        assert each.labelled == len(met)
        assert each.value == pytest.approx(mean, rel=1e-9)
        if len(errors) == 1:
            assert each.bounds is None
        else:
            low, high = stats.norm.interval(0.95, mean, statistics.stdev(errors) / len(errors) ** 0.5)
            assert each.bounds == pytest.approx((max(0.0, low), high), rel=1e-9)


@pytest.mark.parametrize(("said", "known"), [("1e308", False), ("1e200", True)])
def test_errors_beyond_a_doubles_square_have_no_bounds(tmp_path: Path, said: str, known: bool) -> None:  # noqa: FBT001
    rows = [Row("stable", place, said, f"-{said}" if place else "0") for place in range(3)]
    found = _asked(tmp_path, NUMBERS, rows)
    assert [(each.labelled, each.bounds) for each in found] == ([(3, None)] if known else [])


@given(st.integers(0, 10**6), st.integers(1, 10**8))
def test_a_cut_covers_its_interval_in_few_slices(start: int, seconds: int) -> None:
    since = SINCE + timedelta(seconds=start)
    into = cut(Interval(since, since + timedelta(seconds=seconds)))
    count = -(-seconds // into.seconds)
    assert 1 <= count <= MOST
    assert into.ends(0)[0] == since
    assert into.ends(count - 1)[1] == since + timedelta(seconds=seconds)
    assert into.ends(count - 1)[0] < into.ends(count - 1)[1]


@pytest.mark.parametrize(
    ("seconds", "length"), [(1, 1), (24, 1), (25, 2), (2_797, 120), (86_400, 3_600), (24 * 86_400 + 1, 2 * 86_400)]
)
def test_slices_have_round_lengths(seconds: int, length: int) -> None:
    assert cut(Interval(SINCE, SINCE + timedelta(seconds=seconds))).seconds == length
