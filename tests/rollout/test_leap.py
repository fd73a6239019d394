"""The next step where the evidence sets the pace."""

from dataclasses import replace

import pytest

from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict, unheard
from lambdas.rollout.leap import following
from lambdas.rollout.plan import Plan, Progression, Step
from tests.examples import PLAN

WEIGHTS = (100, 500, 1_000, 2_500, 5_000, 10_000)
EVIDENCE = Plan(
    tuple(Step(weight, 400, 1_600) for weight in WEIGHTS), PLAN.guardrails, progression=Progression.EVIDENCE
)


def _passed(good: int, guardrail: str = "error_rate") -> Verdict:
    """So many of the canary's answers, all of them good."""
    silent = unheard(guardrail, "", 0.01, 0.05)
    return silent._replace(outcome=Outcome.PASS, canary=Arm(0, good), stable=Arm(0, 100_000))


@pytest.mark.parametrize(
    ("step", "good", "weight"),
    [
        (0, 0, 500),  # nothing is proven: the next step
        (0, 40, 1_000),  # less than a tenth may be bad: ten times the first weight
        (0, 30, 500),  # an eighth may be bad
        (0, 100_000, 1_000),  # never more than tenfold at once
        (1, 200, 5_000),
        (2, 5_000, 10_000),
        (4, 0, 10_000),
    ],
)
def test_as_many_people_are_at_risk_as_at_first(step: int, good: int, weight: int) -> None:
    index = following(EVIDENCE, step, [_passed(good), _passed(0, "latency_p95")])
    assert EVIDENCE.steps[index].weight == weight


def test_an_approval_is_never_left_out() -> None:
    steps = tuple(replace(step, approval=step.weight == 1_000) for step in EVIDENCE.steps)
    assert following(replace(EVIDENCE, steps=steps), 1, [_passed(100_000)]) == 2


def test_by_the_clock_every_step_is_taken() -> None:
    assert following(replace(EVIDENCE, progression=Progression.FIXED), 0, [_passed(100_000)]) == 1


def test_the_first_step_is_the_first_one() -> None:
    assert following(EVIDENCE, -1, []) == 0


def test_the_least_time_is_the_clocks_or_the_minimum() -> None:
    assert replace(EVIDENCE, progression=Progression.FIXED).least(0) == 400
    assert EVIDENCE.least(0) == 100
    own = replace(EVIDENCE, steps=(replace(EVIDENCE.steps[0], min_bake=30),))
    assert own.least(0) == 30
