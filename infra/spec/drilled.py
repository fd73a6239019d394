"""An endpoint as its drill deploys it."""

from dataclasses import replace

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.rollout import Progressive, Rollout


def drilled(environment: Environment, name: str, version: str) -> Environment:
    """Put the saboteur of one endpoint, as ``version``, where its canary stands; all else stays as it is."""
    return replace(
        environment,
        endpoints=tuple(sabotaged(each, version) if each.name == name else each for each in environment.endpoints),
    )


def sabotaged(endpoint: Endpoint, version: str) -> Endpoint:
    """Make the saboteur the endpoint's canary; its last step awaits an approval that nobody gives."""
    if endpoint.drill is None:
        raise ValueError(f"{endpoint.name} has no drill")
    canary = replace(endpoint.drill.canary, version=version)
    return replace(endpoint, canary=canary, rollout=_without_promotion(endpoint.rollout))


def bound(endpoint: Endpoint) -> int:
    """Tell the seconds within which a saboteur must be off the endpoint, from its first requests on."""
    if endpoint.drill is None or not isinstance(endpoint.rollout, Progressive):
        raise ValueError(f"{endpoint.name} has no drill")
    plan = endpoint.rollout.plan
    promised = plan.budget.time_to_rollback_p95 if plan.budget else None
    return endpoint.drill.within or promised or (plan.steps[0].max_bake if plan.steps else 0)


def _without_promotion(rollout: Rollout) -> Rollout:
    """Let no saboteur have everything, however good it looks; until then its plan is every canary's."""
    if not isinstance(rollout, Progressive) or not rollout.plan.steps:
        return rollout
    *before, last = rollout.plan.steps
    steps = (*before, replace(last, approval=True))
    return replace(rollout, plan=replace(rollout.plan, steps=steps))
