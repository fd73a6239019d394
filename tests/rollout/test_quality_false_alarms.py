"""With every guardrail of quality on, no more healthy canaries are blamed than the plan allows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args, get_type_hints

import numpy as np
from numpy.random import default_rng

from lambdas.rollout.catalogue import measured, queries
from lambdas.rollout.guardrails import Calibration, Quality, Value
from lambdas.rollout.judge.bench import Sitting
from lambdas.rollout.judge.ladder import LEVELS, Ladder, ladder
from lambdas.rollout.recipes import up_to
from tests.rollout.groups import ALL, APPROVED, DECIDED, GROUPS, PERIODS, ROLLOUTS, all_draws, failed, plan

if TYPE_CHECKING:
    from numpy.random import Generator

    from tests.rollout.groups import Drawn

BUDGET = 0.1
RATES = (
    Quality("accuracy", margin=1.0),
    Quality("precision", margin=1.0),
    Quality("recall", margin=1.0),
    Quality("f1", margin=1.0),
    Quality("auc", margin=1.0),
    Quality("conversion", margin=1.0),
)
SPREADS = (
    Value("revenue", margin=1.0),
    Value("score", margin=1.0),
    Value("log_loss", margin=1.0),
    Value("brier", margin=1.0),
    Value("absolute_error", margin=1.0),
)
"""At the edge of what they tolerate, a canary as good as stable is."""
SCORES = Calibration("calibration", margin=1.0)
EXPECTED = sum(DECIDED * (APPROVED[group] - 0.1) / 0.8 for group in GROUPS)
"""Positives of a period, over all groups: each is drawn with the chance that it has in its group."""
PAIRS, VISITS, VALUED = 400, 900, 300


def _of_everybody(draws: dict[tuple[str, str, str], Drawn]) -> dict[tuple[str, str, str], Drawn]:
    """Add up the groups: those who are in none are nobody here."""
    names = {(variant, name) for variant, _, name in draws}
    return {
        (variant, "", name): np.sum([draws[variant, group, name] for group in GROUPS], axis=0)
        for variant, name in names
    }


def _pairs_and_visits(rng: Generator, variant: str) -> dict[tuple[str, str, str], Drawn]:
    size = (ROLLOUTS, PERIODS)
    concordant, bought = rng.binomial(PAIRS, 0.8, size), rng.binomial(VISITS, 0.1, size)
    found = {
        "ConcordantPairs": concordant,
        "DiscordantPairs": PAIRS - concordant,
        "Conversions": bought,
        "Losses": VISITS - bought,
    }
    return {(variant, "", name): counts for name, counts in found.items()}


def _ladders() -> tuple[Ladder, ...]:
    """Measure stable's values, which follow a standard exponential law."""
    made = []
    for guardrail in SPREADS:
        _, higher = measured(guardrail)
        quantiles = tuple(-math.log(1 - (level if higher else 1 - level)) for level in LEVELS)
        made.append(ladder(guardrail.key, 0.0, quantiles))
    return tuple(filter(None, made))


def _values(rng: Generator, variant: str, guardrail: Value, known: Ladder) -> dict[tuple[str, str, str], Drawn]:
    """Draw values, and count them up to each edge that the judge asks for."""
    metric, _ = measured(guardrail)
    values = np.sort(rng.exponential(size=(ROLLOUTS, PERIODS, VALUED)), axis=2)
    asked = {query.quantity.stat for query in queries(guardrail, known)} - {"SampleCount"}
    found = {(variant, "", f"{metric.name} SampleCount"): np.full((ROLLOUTS, PERIODS), VALUED)}
    for stat in asked:
        edge = float(stat.removeprefix("TC(:").removesuffix(")"))
        assert up_to(edge) == stat
        found[variant, "", f"{metric.name} {stat}"] = (values <= edge).sum(axis=2)
    return found


def test_of_healthy_rollouts_no_more_are_blamed_than_the_budget_allows() -> None:
    assert {each.metric for each in RATES} == set(get_args(get_type_hints(Quality)["metric"]))
    assert {each.metric for each in SPREADS} == set(get_args(get_type_hints(Value)["metric"]))
    judged = plan(*ALL, *RATES, *SPREADS, SCORES, false_rollback=BUDGET)
    assert len(judged.guardrails) == 3 * 4 + 4 * 3 + 6 + 5 + 1
    ladders = _ladders()
    assert len(ladders) == len(SPREADS)
    rng, draws = default_rng(20261126), all_draws(20261126, {})
    draws |= _of_everybody(draws)
    draws["canary", "", "ExpectedPositives"] = np.full((ROLLOUTS, PERIODS), round(EXPECTED))
    for variant in ("stable", "canary"):
        draws |= _pairs_and_visits(rng, variant)
        for guardrail, known in zip(SPREADS, ladders, strict=True):
            draws |= _values(rng, variant, guardrail, known)
    sitting = Sitting(judged, ladders)
    blamed = sum(bool(failed(sitting, draws, rollout)) for rollout in range(ROLLOUTS))
    assert 0 < blamed <= ROLLOUTS * BUDGET + 3 * math.sqrt(ROLLOUTS * BUDGET * (1 - BUDGET))
