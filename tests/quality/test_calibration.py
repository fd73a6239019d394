"""A model that is too sure of itself ranks as well, decides as well, and is seen by its losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.random import default_rng

from lambdas.rollout.catalogue import measured, queries
from lambdas.rollout.guardrails import Quality, Value
from lambdas.rollout.judge.bench import Sitting
from lambdas.rollout.judge.ladder import LEVELS, ladder
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.quality.counts import Judged, Slot, losses, of_truths
from lambdas.rollout.quality.predicted import Prediction
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.rollout.groups import period, plan

if TYPE_CHECKING:
    from lambdas.rollout.guardrails import Guardrail
    from lambdas.rollout.judge.ladder import Ladder
    from lambdas.rollout.judge.verdict import Verdict

SCHEMA = Schema({"x": Kind.NUMBER}, Predicted(score="p", positive="yes"))
ANSWERS = 4_000
PERIODS = 4


def _answers(seed: int, variant: str, sharpness: float) -> list[Judged]:
    """Answers whose scores are the chances that they claim to be, but for the logits' ``sharpness``."""
    rng = default_rng(seed)
    logits = rng.normal(0.0, 1.5, ANSWERS)
    true = rng.random(ANSWERS) < 1 / (1 + np.exp(-logits))
    scores = 1 / (1 + np.exp(-sharpness * logits))
    return [
        Judged(0.0, variant, Prediction("yes" if score >= 0.5 else "no", float(score)), "yes" if yes else "no")
        for score, yes in zip(scores, true, strict=True)
    ]


def _verdict(guardrail: Guardrail, sharpness: float) -> Verdict:
    """Judge some periods of a canary whose logits are so many times as large as they should be."""
    past = _answers(1, "stable", 1.0)
    known: tuple[Ladder, ...] = ()
    if isinstance(guardrail, Value):
        name = measured(guardrail)[0].name
        before = losses(past, SCHEMA, 60)[Slot(0.0, "stable")][name]
        found = ladder(guardrail.key, 0.0, tuple(np.quantile(before, LEVELS).tolist()))
        assert found
        known = (found,)
    series = []
    for at in range(PERIODS):
        counted: dict[tuple[str, str, str], int] = {}
        for place, (variant, times) in enumerate((("stable", 1.0), ("canary", sharpness))):
            rows = _answers(10 + 2 * at + place, variant, times)
            counts = of_truths(rows, SCHEMA, 60)[Slot(0.0, variant)]
            counted |= {(variant, "", each): int(count) for each, count in counts.items()}
            if known:
                values = np.array(losses(rows, SCHEMA, 60)[Slot(0.0, variant)][name])
                for stat in {query.quantity.stat for query in queries(guardrail, known[0])} - {"SampleCount"}:
                    edge = float(stat.removeprefix("TC(:").removesuffix(")"))
                    counted[variant, "", f"{name} {stat}"] = int((values <= edge).sum())
                counted[variant, "", f"{name} SampleCount"] = len(values)
        series.append((60.0 * at, counted))
    sitting = Sitting(plan(guardrail, schema=SCHEMA), known)
    (verdict,) = sitting.judge([period(at, sitting.queries, counted) for at, counted in series]).verdicts
    return verdict


@pytest.mark.parametrize("guardrail", [Value("brier"), Value("log_loss")])
def test_a_model_that_is_too_sure_fails_by_its_losses(guardrail: Value) -> None:
    assert _verdict(guardrail, 3.0).outcome is Outcome.FAIL
    assert _verdict(guardrail, 1.0).outcome is not Outcome.FAIL


@pytest.mark.parametrize("guardrail", [Quality("accuracy"), Quality("auc")])
def test_and_by_nothing_else(guardrail: Quality) -> None:
    assert _verdict(guardrail, 3.0).outcome is Outcome.PASS
