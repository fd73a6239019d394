"""Scores that are no chances rank as well, and are seen: too sure by their losses, all too high by calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from numpy.random import default_rng

from lambdas.rollout.catalogue import measured, queries
from lambdas.rollout.guardrails import Calibration, Quality, Value
from lambdas.rollout.judge.bench import Sitting
from lambdas.rollout.judge.ladder import LEVELS, ladder
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.quality.counts import Judged, Slot, of_truths, values
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


class Off(NamedTuple):
    """How far scores are from the chances that they claim to be, in logits: times ``sharpness``, plus ``shift``."""

    sharpness: float = 1.0
    shift: float = 0.0


RIGHT, SURE, HIGH, LOW = Off(), Off(sharpness=3.0), Off(shift=1.0), Off(shift=-1.0)


def _answers(seed: int, variant: str, off: Off) -> list[Judged]:
    """Answers of a model that says yes from a chance of a half on, whatever its scores are."""
    rng = default_rng(seed)
    logits = rng.normal(0.0, 1.5, ANSWERS)
    true = rng.random(ANSWERS) < 1 / (1 + np.exp(-logits))
    scores = 1 / (1 + np.exp(-off.sharpness * logits - off.shift))
    return [
        Judged(0.0, variant, Prediction("yes" if logit >= 0 else "no", float(score)), "yes" if yes else "no")
        for logit, score, yes in zip(logits, scores, true, strict=True)
    ]


def _verdict(guardrail: Guardrail, off: Off) -> Verdict:
    """Judge some periods of a canary whose scores are off so far."""
    past = _answers(1, "stable", RIGHT)
    known: tuple[Ladder, ...] = ()
    if isinstance(guardrail, Value):
        name = measured(guardrail)[0].name
        before = values(past, SCHEMA, 60)[Slot(0.0, "stable")][name]
        found = ladder(guardrail.key, 0.0, tuple(np.quantile(before, LEVELS).tolist()))
        assert found
        known = (found,)
    series = []
    for at in range(PERIODS):
        counted: dict[tuple[str, str, str], float] = {}
        for place, (variant, by) in enumerate((("stable", RIGHT), ("canary", off))):
            rows = _answers(10 + 2 * at + place, variant, by)
            counts = of_truths(rows, SCHEMA, 60)[Slot(0.0, variant)]
            counted |= {(variant, "", each): count for each, count in counts.items()}
            if known:
                told = np.array(values(rows, SCHEMA, 60)[Slot(0.0, variant)][name])
                for stat in {query.quantity.stat for query in queries(guardrail, known[0])} - {"SampleCount"}:
                    edge = float(stat.removeprefix("TC(:").removesuffix(")"))
                    counted[variant, "", f"{name} {stat}"] = int((told <= edge).sum())
                counted[variant, "", f"{name} SampleCount"] = len(told)
        series.append((60.0 * at, counted))
    sitting = Sitting(plan(guardrail, schema=SCHEMA), known)
    (verdict,) = sitting.judge([period(at, sitting.queries, counted) for at, counted in series]).verdicts
    return verdict


@pytest.mark.parametrize("guardrail", [Value("brier"), Value("log_loss")])
def test_a_model_that_is_too_sure_fails_by_its_losses(guardrail: Value) -> None:
    assert _verdict(guardrail, SURE).outcome is Outcome.FAIL
    assert _verdict(guardrail, RIGHT).outcome is not Outcome.FAIL


@pytest.mark.parametrize("guardrail", [Quality("accuracy"), Quality("auc"), Calibration("calibration")])
def test_and_by_nothing_else(guardrail: Guardrail) -> None:
    """Where it says too much it also says too little, so that as many come true as it expects."""
    assert _verdict(guardrail, SURE).outcome is Outcome.PASS


@pytest.mark.parametrize(("off", "side"), [(HIGH, "too high"), (LOW, "too low")])
def test_scores_that_are_all_too_high_or_too_low_fail_by_calibration(off: Off, side: str) -> None:
    verdict = _verdict(Calibration("calibration"), off)
    assert verdict.outcome is Outcome.FAIL
    assert side in verdict.sentence
    assert _verdict(Calibration("calibration"), RIGHT).outcome is Outcome.PASS


@pytest.mark.parametrize("guardrail", [Quality("accuracy"), Quality("auc")])
@pytest.mark.parametrize("off", [HIGH, LOW])
def test_and_neither_by_what_is_decided_nor_by_order(guardrail: Quality, off: Off) -> None:
    assert _verdict(guardrail, off).outcome is Outcome.PASS
