"""Truths that come for one arm only are told; by chance they nearly never are."""

from __future__ import annotations

import random

import pytest

from lambdas.rollout.guardrails import ErrorRate, Quality
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.quality.coverage import Coverage, asks, coverage, queries


def test_labelled_of_predicted_is_told_for_both_arms() -> None:
    assert [(query.variant, query.quantity.name) for query in queries()] == [
        ("canary", "Labelled"),
        ("canary", "Predictions"),
        ("stable", "Labelled"),
        ("stable", "Predictions"),
    ]
    assert coverage((5.0, 10.0, None, 90.0)) == Coverage(Arm(5, 10), Arm(0, 90))
    assert coverage((11.0, 10.0, 1.0, 2.0)) == Coverage(Arm(10, 10), Arm(1, 2))
    assert coverage((None, None, None, None)) is None


@pytest.mark.parametrize(
    ("canary", "stable", "who"),
    [
        (Arm(100, 1_000), Arm(5_000, 10_000), "stable"),
        (Arm(900, 1_000), Arm(5_000, 10_000), "canary"),
        (Arm(500, 1_000), Arm(5_000, 10_000), ""),
        (Arm(0, 5), Arm(5_000, 10_000), ""),  # too few to tell
        (Arm(510_000, 1_000_000), Arm(500_000, 1_000_000), ""),  # sure, and it does not matter
        (Arm(0, 0), Arm(5, 10), ""),
        (Arm(0, 10), Arm(0, 10), ""),
    ],
)
def test_a_part_that_differs_is_told(canary: Arm, stable: Arm, who: str) -> None:
    told = Coverage(canary, stable).uneven
    assert told == (f"truths come more often for {who}: what is judged by them may be biased" if who else "")


def test_chance_is_nearly_never_told() -> None:
    draw = random.Random(1)
    told = 0
    for _ in range(400):
        labelled = [sum(draw.random() < 0.4 for _ in range(size)) for size in (100, 1_000)]
        told += bool(Coverage(Arm(labelled[0], 100), Arm(labelled[1], 1_000)).uneven)
    assert told == 0


def test_only_guardrails_on_truths_ask_for_it() -> None:
    assert asks((ErrorRate(), Quality("recall")))
    assert not asks((ErrorRate(), Quality("conversion")))
