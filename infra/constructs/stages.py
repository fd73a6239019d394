"""The configurations that an endpoint goes through in one rollout, all made up front."""

from collections.abc import Mapping

from cdktf import TerraformLocal
from constructs import Construct

from infra.constructs.configuration import BackConfiguration, Configuration, ShadowConfiguration
from infra.constructs.live import Keeps
from infra.content import shadow_of
from infra.spec.endpoint import Endpoint
from infra.spec.rollout import moves_weights
from lambdas.rollout.release import BACK, PAIR, SHADOW


class Stages:
    """One configuration, or as many as a rollout may go through; ``live`` names the one of the stage that is live.

    The controller goes from one to the next. Terraform follows it, so its plan stays empty meanwhile. ``by_name`` is
    empty where there is nothing to go to. ``names`` are those on the way forward, which alarms guard: the way back
    is guarded by nothing that could end it.
    """

    def __init__(self, scope: Construct, *, endpoint: Endpoint, models: Mapping[str, str], live: Keeps) -> None:
        pair = Configuration(scope, "configuration", endpoint=endpoint, models=models, live=live)
        self.last = pair.resource
        stages: dict[str, Configuration | ShadowConfiguration | BackConfiguration] = {}
        if shadow_of(endpoint) is not None:
            stages[SHADOW] = ShadowConfiguration(
                scope, "shadow-configuration", endpoint=endpoint, models=models, live=live
            )
        stages[PAIR] = pair
        self.names = [stage.name for stage in stages.values()]
        if endpoint.canary and moves_weights(endpoint.rollout):
            stages[BACK] = BackConfiguration(scope, "back-configuration", endpoint=endpoint, models=models)
        self.by_name: Mapping[str, str] = {}
        self.live = pair.name
        if len(stages) > 1:
            self.by_name = {name: stage.name for name, stage in stages.items()}
            chosen = live.choose({name: _address(stage) for name, stage in stages.items()})
            self.live = TerraformLocal(scope, "live-configuration", chosen).as_string


def _address(configuration: Configuration | ShadowConfiguration | BackConfiguration) -> str:
    resource = configuration.resource
    return f"{resource.terraform_resource_type}.{resource.friendly_unique_id}.name"
