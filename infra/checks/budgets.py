"""Checks on a plan's budget, which `serinus simulate` holds it to."""

from collections.abc import Iterator

from infra.checks.check import warning
from infra.checks.setting import Setting
from infra.spec.rules.finding import Finding

_AT = ("rollout", "budget")


@warning
def budget_without_traffic(setting: Setting) -> Iterator[Finding]:
    """A budget is held at the endpoint's traffic: without that in the file it is held at a guess."""
    if setting.plan and setting.plan.budget and not setting.endpoint.traffic:
        yield Finding(_AT, "has no traffic to be held at", "add traffic: {requests_per_second: 50} to the endpoint")


@warning
def budget_below_promise(setting: Setting) -> Iterator[Finding]:
    """A budget for false rollbacks below what the plan allows is broken by the plan as it stands."""
    plan = setting.plan
    allowed = plan.budget.false_rollback if plan and plan.budget else None
    if plan and allowed is not None and allowed < plan.false_rollback:
        problem = f"is less than the plan's own false_rollback, {plan.false_rollback:.2%}"
        yield Finding((*_AT, "false_rollback"), problem, f"write {plan.false_rollback:.2%} or more")
