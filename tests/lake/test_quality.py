"""Figures of quality equal scikit-learn's on the same data."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from lake.engine import Record, opened
from lake.quality import calibration, per_minute, quality
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import capture, captured, side, told, truth

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SCHEMA = Schema({"x": Kind.NUMBER}, Predicted(score="score", positive="1", threshold=0.5))
REGRESSION = Schema({"x": Kind.NUMBER}, Predicted(label="y"))


def _asked(
    folder: Path, key: str, values: NDArray[Any], truths: NDArray[Any], schema: Schema, *queries: str
) -> list[list[Record]]:
    lines = [
        capture(
            side("1"), side(json.dumps({key: value}), "application/json"), str(i), f"2026-11-21T09:{i % 3:02}:00Z"
        )
        for i, value in enumerate(values.tolist())
    ]
    given = [truth(str(i), str(value)) for i, value in enumerate(truths.tolist())]
    with opened(schema, [captured(folder, lines)], [told(folder, given)]) as lake:
        return [lake.ask(query) for query in queries]


def _scores(digits: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """2,000 scores, with ties where they have few digits, that tell something of their truths; some are 0 or 1."""
    generator = np.random.default_rng(seed)
    scores = np.round(generator.beta(0.8, 0.9, 2_000), digits)
    return scores, (generator.random(2_000) < 0.1 + 0.8 * scores).astype(int)


@pytest.mark.parametrize("digits", [1, 2, 17])
def test_a_classification_has_scikit_learns_figures(tmp_path: Path, digits: int) -> None:
    scores, truths = _scores(digits, digits)
    ((found,),) = _asked(tmp_path, "score", scores, truths, SCHEMA, quality(SCHEMA))
    labels = (scores >= 0.5).astype(int)
    negative = metrics.confusion_matrix(truths, labels).ravel().tolist()
    assert [
        found[name] for name in ("true_negative", "false_positive", "false_negative", "true_positive")
    ] == negative
    expected = {
        "accuracy": metrics.accuracy_score(truths, labels),
        "precision": metrics.precision_score(truths, labels),
        "recall": metrics.recall_score(truths, labels),
        "f1": metrics.f1_score(truths, labels),
        "area_under_curve": metrics.roc_auc_score(truths, scores),
        "log_loss": metrics.log_loss(truths, scores),
        "brier": metrics.brier_score_loss(truths, scores),
        "expected_positive": scores.sum(),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("digits", [1, 2, 17])
def test_calibration_has_scikit_learns_bins(tmp_path: Path, digits: int) -> None:
    scores, truths = _scores(digits, 7 + digits)
    (found,), bins = _asked(tmp_path, "score", scores, truths, SCHEMA, quality(SCHEMA), calibration(SCHEMA.predicted))
    share, mean = calibration_curve(truths, scores, n_bins=10)
    assert [each["share"] for each in bins] == pytest.approx(share.tolist(), abs=1e-9)
    assert [each["mean_score"] for each in bins] == pytest.approx(mean.tolist(), abs=1e-9)
    sizes = np.array([each["labelled"] for each in bins])
    assert found["expected_calibration_error"] == pytest.approx(
        float((sizes * np.abs(share - mean)).sum() / sizes.sum()), abs=1e-9
    )


def test_a_regression_has_scikit_learns_errors(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    values, truths = generator.normal(100, 30, 500), generator.normal(100, 30, 500)
    ((found,),) = _asked(tmp_path, "y", values, truths, REGRESSION, quality(REGRESSION))
    assert found["mean_absolute_error"] == pytest.approx(metrics.mean_absolute_error(truths, values), abs=1e-9)
    assert found["root_mean_squared_error"] == pytest.approx(
        metrics.root_mean_squared_error(truths, values), abs=1e-9
    )


def test_minutes_add_up_to_the_whole(tmp_path: Path) -> None:
    scores, truths = _scores(2, 5)
    (whole,), minutes = _asked(tmp_path, "score", scores, truths, SCHEMA, quality(SCHEMA), per_minute(SCHEMA))
    counts = ("labelled", "true_positive", "false_positive", "false_negative", "true_negative")
    assert [minute["minute"].minute for minute in minutes] == [0, 1, 2]
    total: Counter[str] = Counter()
    for minute in minutes:
        total.update({name: minute[name] for name in counts})
    assert total == {name: whole[name] for name in counts}


def test_what_divides_by_nothing_is_not_known(tmp_path: Path) -> None:
    ((found,),) = _asked(tmp_path, "score", np.array([0.1, 0.2]), np.array([0, 0]), SCHEMA, quality(SCHEMA))
    assert (found["precision"], found["recall"], found["area_under_curve"]) == (None, None, None)
    assert found["accuracy"] == 1.0


def test_scores_that_are_no_chances_are_none(tmp_path: Path) -> None:
    ((found,),) = _asked(tmp_path, "score", np.array([-3.0, 9.0, 0.4]), np.array([0, 1, 0]), SCHEMA, quality(SCHEMA))
    assert found["labelled"] == 1


def test_labels_without_scores_have_no_area(tmp_path: Path) -> None:
    schema = Schema({"x": Kind.NUMBER}, Predicted(label="label", positive="1"))
    ((found,),) = _asked(tmp_path, "label", np.array([0, 1, 1]), np.array([0, 1, 0]), schema, quality(schema))
    assert found["area_under_curve"] is None
    assert math.isclose(found["precision"], 0.5)


def test_a_regression_has_no_calibration() -> None:
    with pytest.raises(ValueError, match="chance"):
        calibration(REGRESSION.predicted)
