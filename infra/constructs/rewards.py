"""Where reports come in: a function with a URL, a stream if there is one, and the table of what was counted."""

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMapping,
    LambdaEventSourceMappingDestinationConfig,
    LambdaEventSourceMappingDestinationConfigOnFailure,
)
from cdktf_cdktf_provider_aws.lambda_function_url import LambdaFunctionUrl
from constructs import Construct

from infra.constructs.expiring import expiring_table
from infra.constructs.function import Code, Function
from infra.place import REWARD
from infra.rewarded import rewarded
from infra.spec.environment import Environment
from lambdas.rollout import names

_PATIENCE = 6 * 3600
"""Seconds that a record is tried again: only an outage fails, and it holds up its shard for so long at most."""


class Rewards(Construct):
    """Counts each reward once; what of a stream cannot be noted for hours is told to the dead letters."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, code: Code, dead_letters: str
    ) -> None:
        super().__init__(scope, id_)
        expiring_table(self, "counted", names.rewards_table(environment.name))
        settings = {
            "SERINUS_REWARDS": names.rewards_table(environment.name),
            "SERINUS_REWARDED": ",".join(rewarded(environment)),
            "SERINUS_REWARD_WINDOW": str(environment.control.rewards.window),
        }
        function = Function(self, REWARD, environment=environment, code=code, settings=settings)
        url = LambdaFunctionUrl(self, "url", function_name=function.name, authorization_type="AWS_IAM")
        TerraformOutput(
            self, "address", value=url.function_url, description="Where to report rewards and truths, signed (IAM)"
        )
        if environment.control.rewards.stream:
            LambdaEventSourceMapping(
                self,
                "stream",
                event_source_arn=environment.control.rewards.stream,
                function_name=function.name,
                starting_position="TRIM_HORIZON",
                batch_size=100,
                function_response_types=["ReportBatchItemFailures"],
                maximum_record_age_in_seconds=_PATIENCE,
                destination_config=LambdaEventSourceMappingDestinationConfig(
                    on_failure=LambdaEventSourceMappingDestinationConfigOnFailure(destination_arn=dead_letters)
                ),
            )
