"""Since when the answers of each variant count for its quality."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.rollout.guardrails import ErrorRate, Fairness, Quality, Value
from lambdas.rollout.plan import DISAGREEMENT, FULL, Plan, Shadow, Step
from lambdas.rollout.quality.arms import counted_since
from lambdas.rollout.state import Phase, Rollout
from tests.examples import RELEASE

if TYPE_CHECKING:
    from collections.abc import Mapping

GUARDRAILS = (ErrorRate(), Quality("accuracy"), Quality("recall", at_least=0.5), Fairness("equal_opportunity"))


def _rollout(shadow: Shadow | None, step: int, serving_since: float | None = 900.0) -> Rollout:
    first = Step(0, 60, 240, shadow=shadow) if shadow else Step(100, 60, 240)
    plan = Plan((first, Step(1_000, 60, 240), Step(FULL, 60, 240)), GUARDRAILS)
    release = replace(RELEASE, plan=plan)
    return Rollout(1, release, began=500.0, phase=Phase.PROGRESSING, step=step, serving_since=serving_since)


BOTH = {"stable": 500.0, "canary": 500.0}


@pytest.mark.parametrize("step", [-1, 0, 1, 2])
@pytest.mark.parametrize("shadow", [None, Shadow(60)])
def test_answers_count_from_the_beginning_copies_too(shadow: Shadow | None, step: int) -> None:
    assert counted_since(_rollout(shadow, step)) == BOTH


@pytest.mark.parametrize(
    ("step", "serving_since", "since"),
    [
        (-1, None, BOTH | {"canary": math.inf}),
        (0, 700.0, BOTH | {"canary": math.inf}),
        (1, None, BOTH | {"canary": math.inf}),  # the shadow answers until the pair is in service
        (1, 900.0, BOTH | {"canary": 900.0}),
        (2, None, BOTH),
    ],
)
def test_a_shadow_may_leave_quality_to_what_people_get(
    step: int, serving_since: float | None, since: Mapping[str, float]
) -> None:
    assert counted_since(_rollout(Shadow(60, quality=False), step, serving_since)) == since


def test_such_a_shadow_passes_without_them() -> None:
    keys = [*(each.key for each in GUARDRAILS), DISAGREEMENT]
    for shadow, first in ((Shadow(60), keys), (Shadow(60, quality=False), ["error_rate", DISAGREEMENT])):
        plan = _rollout(shadow, 0).plan
        assert [key for key in keys if plan.concerns(0, key)] == first
        assert [key for key in keys if plan.concerns(1, key)] == keys[:-1]


@pytest.mark.parametrize("earned", [Quality("conversion"), Value("revenue")])
def test_such_a_shadow_passes_without_what_people_do_who_got_no_answer_of_it(earned: Quality | Value) -> None:
    plan = replace(_rollout(Shadow(60, quality=False), 0).plan, guardrails=(*GUARDRAILS, earned))
    assert [plan.concerns(step, earned.key) for step in range(3)] == [False, True, True]
