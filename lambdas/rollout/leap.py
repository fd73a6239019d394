"""Which step comes next where the evidence sets the pace.

The first step puts a number of people at risk while nothing is known of the canary: its weight, times 1 if all its
answers may be bad. Later steps may risk as many at once, and no more: where a proof says that at most a share
``excess`` of the canary's answers is bad beyond stable's, any weight up to first / excess does. Steps for the users
of a flag are never left out, for their weights are shares of other people, and neither is a test of both models.
"""

from collections.abc import Sequence
from typing import cast

from lambdas.rollout.catalogue import spread_of
from lambdas.rollout.guardrails import Guardrail, Latency, Rate
from lambdas.rollout.judge.rate import excess
from lambdas.rollout.judge.verdict import Outcome, Verdict
from lambdas.rollout.plan import FULL, Plan, Progression, Step

MOST = 10
"""A leap multiplies the weight by this at most: what the load does to a canary shows under load only."""


def following(plan: Plan, step: int, verdicts: Sequence[Verdict]) -> int:
    """Return the index of the step after ``step``, all of whose guardrails have passed; no approval is left out."""
    chosen = step + 1
    if plan.progression is Progression.FIXED or step < 0:
        return chosen
    allowed = most(plan, step, verdicts)
    while chosen + 1 < len(plan.steps) and not plan.steps[chosen].approval:
        if plan.steps[chosen + 1].weight > allowed or any(map(_own, plan.steps[chosen : chosen + 2])):
            break
        chosen += 1
    return chosen


def _own(step: Step) -> bool:
    """Whether a step is there for more than its weight."""
    return bool(step.flag or step.tests)


def most(plan: Plan, step: int, verdicts: Sequence[Verdict]) -> float:
    """Return the highest weight, in basis points, that the proof so far allows."""
    guardrails = {guardrail.key: guardrail for guardrail in plan.guardrails}
    judged = [verdict for verdict in verdicts if verdict.guardrail in guardrails]
    bounds = [_bound(guardrails[verdict.guardrail], verdict, plan.false_pass) for verdict in judged]
    first, current = next(each.weight for each in plan.steps if each.weight and not each.flag), plan.steps[step]
    if current.flag or not current.weight:
        return first
    return min(first / max([first / FULL, *bounds]), MOST * current.weight) if bounds else first


def _bound(guardrail: Guardrail, verdict: Verdict, beta: float) -> float:
    """Bound the share of the canary's answers that may be bad.

    A spread that has passed bounds none by itself, nor does what compares two groups of the canary's own, or its
    scores with what came true.
    """
    if spread_of(guardrail) is None and guardrail.metric not in ("disparate_impact", "calibration"):
        return excess(cast("Rate | Latency", guardrail), verdict, beta)
    return 0.0 if verdict.outcome is Outcome.PASS else 1.0
