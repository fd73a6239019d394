"""Which endpoints' plans learn from rewards, and whether anybody reports something."""

from infra.spec.environment import Environment
from infra.spec.rollout import Progressive


def reported(environment: Environment) -> bool:
    """Tell whether the environment takes reports: of rewards, or of what turned out to be true."""
    truths = any(endpoint.schema and endpoint.schema.ground_truth for endpoint in environment.endpoints)
    return truths or bool(rewarded(environment))


def rewarded(environment: Environment) -> list[str]:
    """Name the endpoints whose plan has an experiment or a bandit, each with its challengers after colons."""
    return [
        ":".join((endpoint.name, *endpoint.challengers))
        for endpoint in environment.endpoints
        if isinstance(endpoint.rollout, Progressive) and any(step.tests for step in endpoint.rollout.plan.steps)
    ]
