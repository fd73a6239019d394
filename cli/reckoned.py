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


def simulated(plan: Plan) -> tuple[Plan, str]:
    """Return the plan without what cannot be drawn, and a sentence that says so; empty where nothing is left out.

    How many of the requests are of whom is not known, nor what scores expect. The other guardrails keep their parts
    of ``false_rollback``.
    """
    groups = [each for each in plan.guardrails if about_groups(each)]
    scores = [each for each in plan.guardrails if each.metric == "calibration"]
    if not groups and not scores:
        return plan, ""
    said = ["without what compares groups, whose shares are not known"] if groups else []
    said += ["without calibration, for scores are not drawn"] if scores else []
    kept = tuple(each for each in plan.guardrails if each not in (*groups, *scores))
    left, parts = replace(plan, guardrails=kept), split(plan)
    chance = sum(parts[each.key] for each in left.judged)
    return replace(left, false_rollback=chance), ", ".join(said)
