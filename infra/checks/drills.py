"""Checks on drills."""

from collections.abc import Iterator

from infra.checks.check import warning
from infra.checks.setting import Setting
from infra.spec.drilled import bound
from infra.spec.rules.finding import Finding
from infra.spec.units import duration
from lambdas.rollout.plan import FULL


@warning
def drill_beyond_budget(setting: Setting) -> Iterator[Finding]:
    """A saboteur may answer badly until its bound: a drill that can cost more than the plan's budget is too long."""
    plan, traffic = setting.plan, setting.endpoint.traffic
    most = plan.budget.bad_answers_p95 if plan and plan.budget else None
    if setting.endpoint.drill is None or plan is None or traffic is None or most is None:
        return
    seconds, share = bound(setting.endpoint), plan.steps[0].weight / FULL
    answers = traffic.requests_per_second * share * seconds
    if answers > most:
        fits = int(most / traffic.requests_per_second / share)
        problem = f"lets a saboteur answer up to {answers:.0f} requests, and the budget has {most} bad answers"
        yield Finding(("drill", "within"), problem, f"write {duration(fits)} or less, or begin the plan with less")
