"""An endpoint that does not lie: a deploy which SageMaker took back fails."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable, Op, Postcondition, TerraformResourceLifecycle, TerraformSelf
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpoint,
    SagemakerEndpointDeploymentConfig,
    SagemakerEndpointDeploymentConfigAutoRollbackConfiguration,
    SagemakerEndpointDeploymentConfigAutoRollbackConfigurationAlarms,
)
from constructs import Construct

from infra.deployment import update_policy
from infra.spec.endpoint import Endpoint

Alarms = SagemakerEndpointDeploymentConfigAutoRollbackConfigurationAlarms


@dataclass(frozen=True, slots=True)
class Guard:
    """What keeps an endpoint safe: changed after all of ``after``, taken back when one of ``alarms`` fires.

    With ``protected``, a plan that would destroy it (the names of its alarms can only change by replacing it)
    fails; taking it out of the environment file is still possible.
    """

    alarms: Sequence[str]
    after: Sequence[ITerraformDependable]
    protected: bool


class ServedEndpoint(Construct):
    """The endpoint on the configuration of that name, under its guard."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        endpoint: Endpoint,
        configuration: str,
        guard: Guard,
    ) -> None:
        super().__init__(scope, id_)
        self.resource = SagemakerEndpoint(
            self,
            "endpoint",
            name=endpoint.name,
            endpoint_config_name=configuration,
            deployment_config=_deployment(endpoint, guard.alarms),
            lifecycle=TerraformResourceLifecycle(
                prevent_destroy=guard.protected, postcondition=[_serves(endpoint.name, configuration)]
            ),
            depends_on=guard.after,
        )


def _deployment(endpoint: Endpoint, alarms: Sequence[str]) -> SagemakerEndpointDeploymentConfig | None:
    """Guard the swap of fleets; SageMaker has no guardrails for serverless endpoints."""
    if endpoint.serverless is not None:
        return None
    rollback = SagemakerEndpointDeploymentConfigAutoRollbackConfiguration(
        alarms=[Alarms(alarm_name=name) for name in alarms]
    )
    return SagemakerEndpointDeploymentConfig(auto_rollback_configuration=rollback, **update_policy(endpoint.rollout))


def _serves(endpoint: str, configuration: str) -> Postcondition:
    """Fail the deploy, and so keep the old configuration, where SageMaker came back to it.

    The provider waits for InService and takes a rollback for success (terraform-provider-aws 39099, 46663).
    """
    return Postcondition(
        condition=Op.eq(TerraformSelf.get_string("endpoint_config_name"), configuration),
        error_message=(
            f"SageMaker rolled the deployment of {endpoint} back: it serves $"
            "{self.endpoint_config_name}, as before. Nothing was lost, and the next deploy tries again. Find the"
            f" reason with: aws sagemaker describe-endpoint --endpoint-name {endpoint} --query FailureReason, and"
            " look at its alarms with: aws cloudwatch describe-alarms --alarm-name-prefix serinus."
        ),
    )
