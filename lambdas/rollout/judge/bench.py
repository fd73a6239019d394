"""The judge's bench: every guardrail of a plan, each with its share of the error budget."""

from collections.abc import Sequence

from lambdas.rollout.judge.error_rate import judge_error_rate
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Verdict
from lambdas.rollout.plan import ErrorRate, Plan


def judge(plan: Plan, tables: Sequence[Table]) -> tuple[Verdict, ...]:
    """Return a verdict per guardrail that is judged on counts; latency is watched by its alarm alone.

    ``false_rollback`` is split evenly over the judged guardrails. A PASS needs every guardrail's PASS, so
    ``false_pass`` is not split.
    """
    judged = [guardrail for guardrail in plan.guardrails if isinstance(guardrail, ErrorRate)]
    return tuple(
        judge_error_rate(guardrail, tables, plan.false_rollback / len(judged), plan.false_pass)
        for guardrail in judged
    )
