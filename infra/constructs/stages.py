"""The configurations that an endpoint goes through in one rollout, all made up front."""

from collections.abc import Mapping

from cdktf import TerraformLocal
from constructs import Construct

from infra.constructs.configuration import Configuration, ShadowConfiguration
from infra.constructs.live import Keeps
from infra.content import shadow_of
from infra.spec.endpoint import Endpoint
from lambdas.rollout.release import PAIR, SHADOW


class Stages:
    """One configuration, or two where a step shadows; ``live`` names the one of the stage that is live.

    The controller goes from the first to the second. Terraform follows it, so its plan stays empty meanwhile.
    ``by_name`` is empty where there is nothing to go to.
    """

    def __init__(self, scope: Construct, *, endpoint: Endpoint, models: Mapping[str, str], live: Keeps) -> None:
        pair = Configuration(scope, "configuration", endpoint=endpoint, models=models, live=live)
        self.last = pair.resource
        self.by_name: Mapping[str, str] = {}
        self.names, self.live = [pair.name], pair.name
        if shadow_of(endpoint) is not None:
            shadow = ShadowConfiguration(scope, "shadow-configuration", endpoint=endpoint, models=models, live=live)
            self.by_name = {SHADOW: shadow.name, PAIR: pair.name}
            self.names = [shadow.name, pair.name]
            chosen = TerraformLocal(scope, "live-configuration", live.choose(_address(shadow), _address(pair)))
            self.live = chosen.as_string


def _address(configuration: Configuration | ShadowConfiguration) -> str:
    resource = configuration.resource
    return f"{resource.terraform_resource_type}.{resource.friendly_unique_id}.name"
