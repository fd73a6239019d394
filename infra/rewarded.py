"""Which endpoints' plans learn from rewards."""

from infra.spec.environment import Environment
from infra.spec.rollout import Progressive


def rewarded(environment: Environment) -> list[str]:
    """Name the endpoints whose plan has an experiment or a bandit, each with its challengers after colons."""
    return [
        ":".join((endpoint.name, *endpoint.challengers))
        for endpoint in environment.endpoints
        if isinstance(endpoint.rollout, Progressive) and any(step.tests for step in endpoint.rollout.plan.steps)
    ]
