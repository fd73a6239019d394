"""Counters are those of scikit-learn, for everybody and for each group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, confusion_matrix, log_loss

from lambdas.rollout.quality.counts import EVERYBODY, Judged, Slot, judged, losses, of_predictions, of_truths
from lambdas.rollout.quality.predicted import Inference, Prediction
from lambdas.rollout.quality.schema import Predicted
from tests.quality.fakes import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS = ("race=white", "race=black")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["yes", "no"]),
        st.sampled_from(["yes", "no"]),
        st.floats(0, 1),
        st.sampled_from(["", *GROUPS]),
    ),
    max_size=60,
)


def _found(rows: Sequence[tuple[str, str, float, str]]) -> list[Judged]:
    return [
        Judged(60.0, "canary", Prediction(label, score, None, (group,) if group else ()), truth)
        for label, truth, score, group in rows
    ]


@given(ROWS)
def test_confusion_is_scikit_learns(rows: list[tuple[str, str, float, str]]) -> None:
    counts = of_truths(_found(rows), SCHEMA, 60)
    for group in (EVERYBODY, *GROUPS):
        of = [(label, truth) for label, truth, _, in_ in rows if group in (EVERYBODY, in_)]
        counted = counts.get(Slot(60.0, "canary", group), {})
        cells = [
            counted.get(name, 0) for name in ("TrueNegatives", "FalsePositives", "FalseNegatives", "TruePositives")
        ]
        if of:
            predicted, true = zip(*of, strict=True)
            assert cells == list(confusion_matrix(true, predicted, labels=["no", "yes"]).ravel())
        else:
            assert cells == [0, 0, 0, 0]


@given(ROWS)
def test_pairs_are_disjoint_and_a_tie_is_no_order(rows: list[tuple[str, str, float, str]]) -> None:
    counted = of_truths(_found(rows), SCHEMA, 60).get(Slot(60.0, "canary"), {})
    positives = [score for _, truth, score, _ in rows if truth == "yes"]
    negatives = [score for _, truth, score, _ in rows if truth == "no"]
    ordered = sum(low < high for high, low in zip(positives, negatives, strict=False))
    pairs = min(len(positives), len(negatives))
    assert counted.get("ConcordantPairs", 0) == ordered
    assert counted.get("DiscordantPairs", 0) == pairs - ordered


def test_what_was_decided_needs_no_truth() -> None:
    rows = (
        Prediction("yes", 0.9, None, ("race=black",)),
        Prediction("no", 0.1, None, ("race=black",)),
        Prediction("no", 0.2),
    )
    counts = of_predictions([Inference("canary", 125.0, rows)], SCHEMA, 60)
    assert counts == {
        Slot(120.0, "canary"): {"Predictions": 3},
        Slot(120.0, "canary", "race=black"): {"Decisions": 2, "Unfavourable": 1},
    }


def test_the_positive_label_is_favourable_where_nothing_else_is_said() -> None:
    schema = replace(SCHEMA, predicted=replace(SCHEMA.predicted, favourable=None))
    row = Prediction("yes", 0.9, None, ("race=black",))
    counts = of_predictions([Inference("canary", 0.0, (row,))], schema, 60)
    assert counts[Slot(0.0, "canary", "race=black")] == {"Decisions": 1, "Unfavourable": 0}


@pytest.mark.parametrize("labels", [(), ("yes",), ("yes", "no", "no")])
def test_labels_that_are_not_as_many_as_rows_are_nobodys(labels: tuple[str, ...]) -> None:
    two = (Prediction("yes", 0.9), Prediction("no", 0.1))
    assert judged(Inference("canary", 0.0, two), labels) == ()


@given(ROWS)
def test_log_loss_is_scikit_learns(rows: list[tuple[str, str, float, str]]) -> None:
    found = losses(_found(rows), SCHEMA, 60).get(Slot(60.0, "canary"), {}).get("LogLoss", ())
    assert len(found) == len(rows)
    if rows:
        true, chances = [row[1] == "yes" for row in rows], [row[2] for row in rows]
        assert sum(found) / len(found) == pytest.approx(log_loss(true, chances, labels=[False, True]), abs=1e-9)


@given(ROWS)
def test_briers_score_is_scikit_learns(rows: list[tuple[str, str, float, str]]) -> None:
    found = losses(_found(rows), SCHEMA, 60).get(Slot(60.0, "canary"), {}).get("Brier", ())
    assert len(found) == len(rows)
    assert all(0 <= each <= 1 for each in found)
    if rows:
        true, chances = [row[1] == "yes" for row in rows], [row[2] for row in rows]
        assert sum(found) / len(found) == pytest.approx(brier_score_loss(true, chances), abs=1e-9)


def test_a_label_without_a_score_has_no_losses() -> None:
    assert losses([Judged(0.0, "canary", Prediction("yes"), "yes")], SCHEMA, 60) == {}


def test_how_far_a_number_was_off_is_told() -> None:
    schema = replace(SCHEMA, predicted=Predicted(label="price"), groups={})
    found = [Judged(75.0, "stable", Prediction(value=2.0), truth) for truth in ("3", "-1.5", "yes")]
    assert losses(found, schema, 60) == {Slot(60.0, "stable"): {"AbsoluteError": (1.0, 3.5)}}


def test_a_regression_counts_what_is_labelled() -> None:
    schema = replace(SCHEMA, predicted=Predicted(label="price"), groups={})
    found = [Judged(0.0, "stable", Prediction(value=2.0), "3")]
    assert of_truths(found, schema, 60) == {Slot(0.0, "stable"): {"Labelled": 1}}
