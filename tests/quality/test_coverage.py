"""Truths that come for one arm only are told; by chance they nearly never are."""

from __future__ import annotations

import random

import pytest

from lambdas.rollout.guardrails import ErrorRate, Quality
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.quality.coverage import Coverage, asks, coverage, queries


def test_labelled_of_predicted_is_told_for_each_arm() -> None:
    assert [(query.variant, query.quantity.name) for query in queries(("stable", "lean"))] == [
        ("stable", "Labelled"),
        ("stable", "Predictions"),
        ("lean", "Labelled"),
        ("lean", "Predictions"),
    ]
    arms = ("stable", "canary", "lean")
    found = coverage(arms, (5.0, 10.0, None, 90.0, 11.0, 10.0))
    assert found == Coverage({"stable": Arm(5, 10), "canary": Arm(0, 90), "lean": Arm(10, 10)})
    assert coverage(arms, (None,) * 6) is None


@pytest.mark.parametrize(
    ("canary", "stable", "who"),
    [
        (Arm(100, 1_000), Arm(5_000, 10_000), "stable than for canary"),
        (Arm(900, 1_000), Arm(5_000, 10_000), "canary than for stable"),
        (Arm(500, 1_000), Arm(5_000, 10_000), ""),
        (Arm(0, 5), Arm(5_000, 10_000), ""),  # too few to tell
        (Arm(510_000, 1_000_000), Arm(500_000, 1_000_000), ""),  # sure, and it does not matter
        (Arm(0, 0), Arm(5, 10), ""),
        (Arm(0, 10), Arm(0, 10), ""),
    ],
)
def test_a_part_that_differs_is_told(canary: Arm, stable: Arm, who: str) -> None:
    told = Coverage({"stable": stable, "canary": canary}).uneven
    assert told == (f"truths come more often for {who}: what is judged by them may be biased" if who else "")


@pytest.mark.parametrize(
    ("parts", "who"),
    [
        ((500, 900, 100), "lean than for stable, and for stable than for large"),
        ((500, 900, 900), "lean and large than for stable"),
        ((100, 100, 500), "stable than for canary and lean"),
        ((500, 500, 500), ""),
    ],
)
def test_each_arm_is_held_against_stable(parts: tuple[int, int, int], who: str) -> None:
    others = {name: Arm(part, 1_000) for name, part in zip(("canary", "lean", "large"), parts, strict=True)}
    told = Coverage({"stable": Arm(5_000, 10_000), **others}).uneven
    assert told == (f"truths come more often for {who}: what is judged by them may be biased" if who else "")


def test_where_stable_was_not_seen_nothing_is_compared() -> None:
    assert Coverage({"canary": Arm(1, 1_000), "lean": Arm(999, 1_000)}).uneven == ""


def test_chance_is_nearly_never_told() -> None:
    draw = random.Random(1)
    told = 0
    for _ in range(400):
        labelled = [sum(draw.random() < 0.4 for _ in range(size)) for size in (100, 1_000)]
        told += bool(Coverage({"canary": Arm(labelled[0], 100), "stable": Arm(labelled[1], 1_000)}).uneven)
    assert told == 0


def test_only_guardrails_on_truths_ask_for_it() -> None:
    assert asks((ErrorRate(), Quality("recall")))
    assert not asks((ErrorRate(), Quality("conversion")))
