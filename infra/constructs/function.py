"""A Lambda function with its role and its log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from types import MappingProxyType

from cdktf import TerraformAsset
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
)
from constructs import Construct

from infra import captured, keys, policies
from infra.constructs.role import Role
from infra.flags import sticky
from infra.native import native
from infra.place import ROUTER, WITNESS, Place
from infra.spec.environment import Environment
from infra.spec.rollout import moves_weights, shadow_step
from lambdas.rollout import names

_RUNTIME, _ARCHITECTURE = "python3.13", "x86_64"


@dataclass(frozen=True, slots=True)
class Code:
    """What all functions share: the zip, its digest, and the ARN of Powertools' layer."""

    asset: TerraformAsset
    digest: str
    layer: str


def powertools_layer(scope: Construct) -> str:
    """Look up the ARN of AWS's public Powertools layer, of the version that is pinned and tested here.

    Layers have numbers of their own; a public parameter tells which one holds a version.
    Source: Powertools for AWS Lambda (Python), "Installation", "Using SSM Parameter Store".
    """
    name = f"/aws/service/powertools/python/{_ARCHITECTURE}/{_RUNTIME}/{version('aws-lambda-powertools')}"
    return DataAwsSsmParameter(scope, "powertools", name=name).insecure_value


def variables(place: Place, environment: Environment) -> dict[str, str]:
    """Give what every function reads from its environment; times in seconds."""
    control = environment.control
    return {
        "SERINUS_ENVIRONMENT": environment.name,
        "SERINUS_LEDGER": names.ledger_table(environment.name),
        "SERINUS_PAIRS": names.pairs_table(environment.name),
        "SERINUS_PREDICTIONS": names.predictions_table(environment.name),
        "SERINUS_WORKFLOW_ARN": place.workflow,
        "SERINUS_TOPIC_ARN": place.topic,
        "SERINUS_METRIC_PERIOD": str(control.metric_period),
        "SERINUS_METRIC_DELAY": str(control.metric_delay),
        "SERINUS_SETTLE": str(control.function_timeout),
        "SERINUS_STICKY": "1" if sticky(environment) else "",
        "SERINUS_BASELINES": "1" if any(each.inputs.features for each in environment.endpoints) else "",
        "SERINUS_KEY": environment.kms_key or "",
        "POWERTOOLS_SERVICE_NAME": "serinus",
        "POWERTOOLS_METRICS_NAMESPACE": "Serinus",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


class Function(Construct):
    """One of the environment's functions, with a role that allows what its code calls and no more."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        code: Code,
        routing: Sequence[str] = (),
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(scope, id_)
        place = Place(environment.name, environment.account, environment.region)
        name = names.function(environment.name, id_)
        reach = _reach(environment, id_, routing)
        own = policies.function(place, id_, reach)["Statement"]
        policy = policies.document([*own, *keys.function(environment, id_)])
        role = Role(self, "role", name=name, service="lambda", policy=policy)
        retention = environment.control.log_retention_days
        log_group = CloudwatchLogGroup(self, "log", name=f"/aws/lambda/{name}", retention_in_days=retention)
        function = LambdaFunction(
            self,
            "function",
            function_name=name,
            role=role.arn,
            runtime=_RUNTIME,
            architectures=[_ARCHITECTURE],
            handler=f"lambdas.{id_}.handler.handler",
            filename=code.asset.path,
            source_code_hash=code.digest,
            layers=[code.layer],
            memory_size=512,
            timeout=environment.control.function_timeout,
            environment=LambdaFunctionEnvironment(variables={**variables(place, environment), **settings}),
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            logging_config=LambdaFunctionLoggingConfig(log_format="Text", log_group=log_group.name),
            depends_on=[role.policy],
        )
        self.name = function.function_name
        self.arn = function.arn


def _reach(environment: Environment, name: str, routing: Sequence[str]) -> policies.Reach:
    """Say what of the environment a function works on."""
    every = [endpoint.name for endpoint in environment.endpoints]
    routed = [endpoint.name for endpoint in sticky(environment)]
    endpoints = {WITNESS: native(environment), ROUTER: routed}.get(name, every)
    stream = environment.control.rewards.stream
    return policies.Reach(
        endpoints,
        captures=captured.objects(environment),
        routing=routing,
        streams=[stream] if stream else (),
        truths=captured.truths(environment),
        staged=[endpoint.name for endpoint in environment.endpoints if shadow_step(endpoint.rollout)],
        known=[endpoint.name for endpoint in environment.endpoints if endpoint.schema],
        returning=[endpoint.name for endpoint in environment.endpoints if moves_weights(endpoint.rollout)],
    )
