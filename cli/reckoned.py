"""A plan as it can be reckoned with: request by request, at weights that are shares of all traffic."""

from dataclasses import replace

from lambdas.rollout.groups import about_groups
from lambdas.rollout.judge.bench import split
from lambdas.rollout.plan import Plan, Routing


def reckoned(plan: Plan) -> tuple[Plan, str]:
    """Return the plan without what depends on users, and a sentence that says so; empty where nothing does.

    How many users a flag has is not known, so steps for them are left out. Tests of both models are taken for steps
    at their first share, that last as long as they must.
    """
    if plan.routing is Routing.WEIGHTS:
        return plan, ""
    steps = tuple(replace(step, experiment=None, bandit=None) for step in plan.steps if not step.flag)
    flags = sorted({step.flag for step in plan.steps if step.flag})
    said = ["reckoned request by request, though the same user keeps the same model"]
    if flags:
        said.append(f"without the steps for users of {', '.join(flags)}")
    if any(step.tests for step in plan.steps):
        said.append("with tests of both models as steps that last as long as they must")
    return replace(plan, steps=steps, routing=Routing.WEIGHTS), ", ".join(said)


def without_groups(plan: Plan) -> tuple[Plan, str]:
    """Return the plan without its guardrails on groups, and a sentence that says so; empty where it has none.

    How many of the requests are of whom is not known. The others keep their parts of ``false_rollback``.
    """
    kept = tuple(each for each in plan.guardrails if not about_groups(each))
    if len(kept) == len(plan.guardrails):
        return plan, ""
    left, parts = replace(plan, guardrails=kept), split(plan)
    chance = sum(parts[each.key] for each in left.judged)
    return replace(left, false_rollback=chance), "without what compares groups, whose shares are not known"
