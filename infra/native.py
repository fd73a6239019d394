"""Which endpoints SageMaker deploys to by itself."""

from infra.alarms import fleet_alarm_names
from infra.spec.environment import Environment
from infra.spec.rollout import Native


def native(environment: Environment) -> list[str]:
    """Name the endpoints whose fleets SageMaker replaces, stage by stage, without us."""
    return [endpoint.name for endpoint in environment.endpoints if isinstance(endpoint.rollout, Native)]


def unguarded(environment: Environment) -> list[str]:
    """Name the alarms that people are told of, because SageMaker takes nothing back by them."""
    serverless = (endpoint for endpoint in environment.endpoints if endpoint.serverless)
    return [name for endpoint in serverless for name in fleet_alarm_names(environment.name, endpoint)]
