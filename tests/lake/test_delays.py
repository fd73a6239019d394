"""How long truths took equals a plain computation over the same truths."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.delays import Delays, by_variant, delays
from lake.engine import opened
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import capture, captured, side, told, truth

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = Schema({"x": Kind.NUMBER}, Predicted("label", positive="1"), window=5 * 3_600)
NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_hours_are_from_the_inferences_hour_to_the_truths(tmp_path: Path) -> None:
    chance = random.Random(4)
    met = [
        (variant, str(i), NINE + timedelta(seconds=chance.randrange(7_200)), chance.randrange(9))
        for i, variant in enumerate(chance.choices(["stable", "canary"], k=300))
    ]
    captures = [
        captured(
            tmp_path,
            [
                capture(side("1"), side('{"label": "1"}', "application/json"), name, f"{at:%Y-%m-%dT%H:%M:%SZ}")
                for its, name, at, _ in met
                if its == variant
            ],
            variant,
        )
        for variant in ("stable", "canary")
    ]
    collected = sorted((NINE + timedelta(hours=hours), name) for _, name, _, hours in met)
    truths = [
        told(tmp_path, [truth(name, "1") for _, name in group], f"{hour:%Y/%m/%d/%H}")
        for hour, group in groupby(collected, key=lambda each: each[0])
    ]
    with opened(SCHEMA, captures, truths) as lake:
        found = by_variant(lake.ask(delays()))
    expected: dict[str, Counter[int]] = {"canary": Counter(), "stable": Counter()}
    for variant, _, at, hours in met:
        hour = NINE + timedelta(hours=hours)
        if hour - at <= timedelta(seconds=SCHEMA.window):
            whole = at.replace(minute=0, second=0)
            expected[variant][max(0, (hour - whole) // timedelta(hours=1))] += 1
    assert {name: dict(each.counts) for name, each in found.items()} == expected
    assert [name for name, each in found.items() if list(each.counts) != sorted(each.counts)] == []


def test_a_truth_counts_by_the_hour_of_the_first_that_came(tmp_path: Path) -> None:
    captures = captured(tmp_path, [capture(side("1"), side('{"label": "1"}', "application/json"))])
    later, first = (told(tmp_path, [truth("a", "1")], f"2026/11/21/{hour}") for hour in (13, 11))
    with opened(SCHEMA, [captures], [later, first]) as lake:
        assert by_variant(lake.ask(delays())) == {"stable": Delays(((2, 1),))}


@pytest.mark.parametrize("share", [0.5, 0.9, 1.0, 0.01])
@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_within_is_the_inverse_of_the_empirical_distribution(share: float, hours: list[int]) -> None:
    found = Delays(tuple(sorted(Counter(hours).items())))
    assert found.within(share) == np.quantile(hours, share, method="inverted_cdf")
    assert list(found.curve())[-1] == (max(hours), len(hours))
