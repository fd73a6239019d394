"""A plan as it can be reckoned with: request by request, at weights that are shares of all traffic."""

from dataclasses import replace

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
