"""Counters are those of scikit-learn, for everybody and for each group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, brier_score_loss, confusion_matrix, log_loss

from lambdas.rollout.quality.counts import EVERYBODY, Judged, Slot, judged, of_predictions, of_truths, values
from lambdas.rollout.quality.predicted import Inference, Prediction
from lambdas.rollout.quality.schema import Kpi, Predicted
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
    assert judged(Inference("canary", 0.0, two), labels, SCHEMA) == ()


CLASSES = replace(SCHEMA, predicted=Predicted("mood", classes=("sad", "glad", "1"), favourable="glad"))
MOODS = st.lists(st.tuples(*[st.sampled_from(["sad", "glad", "1"])] * 2, st.sampled_from(["", *GROUPS])), max_size=60)


@given(MOODS)
def test_of_several_classes_accuracy_is_scikit_learns_and_groups_have_the_favourable_ones_table(
    rows: list[tuple[str, str, str]],
) -> None:
    found = [
        Judged(60.0, "canary", Prediction(label, None, None, (group,) if group else ()), truth)
        for label, truth, group in rows
    ]
    counts = of_truths(found, CLASSES, 60)
    all_of_them = counts.get(Slot(60.0, "canary"), {})
    assert set(all_of_them) <= {"Labelled", "TruePositives", "FalsePositives"}
    right, wrong = (all_of_them.get(name, 0) for name in ("TruePositives", "FalsePositives"))
    assert right + wrong == all_of_them.get("Labelled", 0) == len(rows)
    if rows:
        said, true, _ = zip(*rows, strict=True)
        assert right / (right + wrong) == pytest.approx(accuracy_score(true, said))
    for group in GROUPS:
        of = [(label == "glad", truth == "glad") for label, truth, in_ in rows if in_ == group]
        names = ("TrueNegatives", "FalsePositives", "FalseNegatives", "TruePositives")
        cells = [counts.get(Slot(60.0, "canary", group), {}).get(name, 0) for name in names]
        matrix = (
            confusion_matrix([true for _, true in of], [said for said, _ in of], labels=[False, True]) if of else None
        )
        assert cells == (list(matrix.ravel()) if matrix is not None else [0] * 4)
    assert values(found, CLASSES, 60) == {}


def test_without_a_favourable_class_no_group_is_counted() -> None:
    schema = replace(CLASSES, predicted=replace(CLASSES.predicted, favourable=None))
    row = Prediction("sad", None, None, ("race=black",))
    assert set(of_predictions([Inference("canary", 0.0, (row,))], schema, 60)) == {Slot(0.0, "canary")}
    assert set(of_truths([Judged(0.0, "canary", row, "sad")], schema, 60)) == {Slot(0.0, "canary")}


def test_a_truth_that_no_answer_can_have_is_compared_with_none() -> None:
    rows = (Prediction("sad"), None, Prediction("1"), Prediction("glad"))
    found = judged(Inference("canary", 0.0, rows), ("sad", "sad", "angry", "1"), CLASSES)
    assert [(each.prediction.label, each.truth) for each in found] == [("sad", "sad"), ("glad", "1")]
    numbers = (Prediction(value=1.0), Prediction(value=2.0))
    found = judged(Inference("canary", 0.0, numbers), ("1.5", "dear"), replace(SCHEMA, predicted=Predicted("price")))
    assert [each.truth for each in found] == ["1.5"]


@given(ROWS)
def test_log_loss_is_scikit_learns(rows: list[tuple[str, str, float, str]]) -> None:
    found = values(_found(rows), SCHEMA, 60).get(Slot(60.0, "canary"), {}).get("LogLoss", ())
    assert len(found) == len(rows)
    if rows:
        true, chances = [row[1] == "yes" for row in rows], [row[2] for row in rows]
        assert sum(found) / len(found) == pytest.approx(log_loss(true, chances, labels=[False, True]), abs=1e-9)


@given(ROWS)
def test_briers_score_is_scikit_learns(rows: list[tuple[str, str, float, str]]) -> None:
    found = values(_found(rows), SCHEMA, 60).get(Slot(60.0, "canary"), {}).get("Brier", ())
    assert len(found) == len(rows)
    assert all(0 <= each <= 1 for each in found)
    if rows:
        true, chances = [row[1] == "yes" for row in rows], [row[2] for row in rows]
        assert sum(found) / len(found) == pytest.approx(brier_score_loss(true, chances), abs=1e-9)


@given(ROWS)
def test_the_positives_that_scores_expect_are_their_sum(rows: list[tuple[str, str, float, str]]) -> None:
    counted = of_truths(_found(rows), SCHEMA, 60)
    expected = {slot.group: counts["ExpectedPositives"] for slot, counts in counted.items() if not slot.group}
    assert expected == ({EVERYBODY: pytest.approx(sum(row[2] for row in rows))} if rows else {})


def test_a_label_without_a_score_has_no_losses_and_expects_nothing() -> None:
    found = [Judged(0.0, "canary", Prediction("yes"), "yes")]
    assert values(found, SCHEMA, 60) == {}
    assert set(of_truths(found, SCHEMA, 60)[Slot(0.0, "canary")]) == {"Labelled", "TruePositives"}


@given(st.lists(st.tuples(st.sampled_from(["yes", "no"]), st.floats(0, 1e6)), max_size=20))
def test_what_answers_earned_is_counted(rows: list[tuple[str, float]]) -> None:
    schema = replace(SCHEMA, kpi=Kpi(conversion=" no ", revenue=True))
    inference = Inference("canary", 60.0, tuple(Prediction("yes", 0.5) for _ in rows))
    found = judged(inference, tuple(f"{label},{earned!r}" for label, earned in rows), schema)
    counted = of_truths(found, schema, 60).get(Slot(60.0, "canary"), {})
    labels = [label for label, _ in rows]
    assert (counted.get("Conversions", 0), counted.get("Losses", 0)) == (labels.count("no"), labels.count("yes"))
    assert values(found, schema, 60).get(Slot(60.0, "canary"), {}).get("Revenue", ()) == tuple(
        e for _, e in rows if e
    )


def test_of_a_row_that_does_not_say_what_it_earned_nothing_counts() -> None:
    schema = replace(SCHEMA, kpi=Kpi(revenue=True))
    rows = (Prediction("yes", 0.5), Prediction("no", 0.5))
    found = judged(Inference("canary", 60.0, rows), ("yes", "no,3"), schema)
    assert [(each.prediction.label, each.earned) for each in found] == [("no", 3.0)]


def test_how_far_a_number_was_off_is_told() -> None:
    schema = replace(SCHEMA, predicted=Predicted(label="price"), groups={})
    found = [Judged(75.0, "stable", Prediction(value=2.0), truth) for truth in ("3", "-1.5", "yes")]
    assert values(found, schema, 60) == {Slot(60.0, "stable"): {"AbsoluteError": (1.0, 3.5)}}


def test_a_regression_counts_what_is_labelled() -> None:
    schema = replace(SCHEMA, predicted=Predicted(label="price"), groups={})
    found = [Judged(0.0, "stable", Prediction(value=2.0), "3")]
    assert of_truths(found, schema, 60) == {Slot(0.0, "stable"): {"Labelled": 1}}
