"""Deployment strategies: their API."""

from dataclasses import replace

from moto.appconfig.responses import AppConfigResponse
from moto.moto_api._internal import mock_random

from sandbox.appconfig.store import LOCK, STRATEGIES, Answer, answer, arn, page, strategy, tag
from sandbox.appconfig.strategy import Strategy
from sandbox.registry import method


def install() -> None:
    """Put the actions on moto."""
    for action in (
        create_deployment_strategy,
        get_deployment_strategy,
        list_deployment_strategies,
        update_deployment_strategy,
        delete_deployment_strategy,
    ):
        method(AppConfigResponse)(action)


def create_deployment_strategy(self: AppConfigResponse) -> Answer:
    """Create a strategy."""
    identifier = str(mock_random.get_random_hex(7))
    bare = Strategy(identifier, self._get_param("Name"), 0, 100, replicate=self._get_param("ReplicateTo") or "NONE")
    with LOCK:
        STRATEGIES[identifier] = _changed(self, bare)
    tag(self, arn(f"deploymentstrategy/{identifier}"))
    return answer(STRATEGIES[identifier].told(), 201)


def get_deployment_strategy(self: AppConfigResponse) -> Answer:
    """Return a strategy."""
    return answer(strategy(self._get_param("DeploymentStrategyId")).told())


def list_deployment_strategies(self: AppConfigResponse) -> Answer:
    """Return all strategies, AWS's own among them."""
    return page(self, [each.told() for each in STRATEGIES.values()])


def update_deployment_strategy(self: AppConfigResponse) -> Answer:
    """Change what the request names; deployments keep what they started with."""
    with LOCK:
        found = strategy(self._get_param("DeploymentStrategyId"))
        STRATEGIES[found.id] = _changed(self, found)
    return answer(STRATEGIES[found.id].told())


def delete_deployment_strategy(self: AppConfigResponse) -> Answer:
    """Delete a strategy."""
    with LOCK:
        del STRATEGIES[strategy(self._get_param("DeploymentStrategyId")).id]
    return answer({}, 204)


def _changed(self: AppConfigResponse, before: Strategy) -> Strategy:
    return replace(
        before,
        description=self._get_param("Description", before.description),
        duration=int(self._get_param("DeploymentDurationInMinutes", before.duration)),
        growth=self._get_param("GrowthType") or before.growth,
        factor=float(self._get_param("GrowthFactor", before.factor)),
        bake=int(self._get_param("FinalBakeTimeInMinutes", before.bake)),
    )
