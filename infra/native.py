"""Which endpoints SageMaker deploys to by itself."""

from infra.spec.environment import Environment
from infra.spec.rollout import Native


def native(environment: Environment) -> list[str]:
    """Name the endpoints whose fleets SageMaker replaces, stage by stage, without us."""
    return [endpoint.name for endpoint in environment.endpoints if isinstance(endpoint.rollout, Native)]
