"""What joins captured answers with each other and with truths: the files' queue, their reader, and its tables."""

import json

from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMapping,
    LambdaEventSourceMappingScalingConfig,
)
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from infra import captured, policies, transport
from infra.constructs.expiring import expiring_table
from infra.constructs.function import Code, Function
from infra.place import CAPTURES, Place
from infra.spec.environment import Environment
from infra.spec.rollout import shadow_step
from lambdas.rollout import names

_FOUR_DAYS = 4 * 24 * 3600
_TRIES = 5
_AT_ONCE = 2
"""Files of one rollout are counted into one summary: more readers would mostly wait for each other."""


class Comparison(Construct):
    """Reads what S3 tells of capture files; what cannot be read goes to the dead letters after some tries."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, code: Code, dead_letters: str
    ) -> None:
        super().__init__(scope, id_)
        place = Place(environment.name, environment.account, environment.region)
        buckets = [f"arn:{place.partition}:s3:::{bucket}" for bucket in captured.prefixes(environment)]
        if any(shadow_step(endpoint.rollout) for endpoint in environment.endpoints):
            expiring_table(self, "pairs", names.pairs_table(environment.name))
        if any(endpoint.schema for endpoint in environment.endpoints):
            expiring_table(self, "predictions", names.predictions_table(environment.name))
        queue = SqsQueue(
            self,
            "queue",
            name=names.captures_queue(environment.name),
            message_retention_seconds=_FOUR_DAYS,
            # AWS asks for six times the function's timeout (Lambda developer guide, "Using Lambda with Amazon SQS").
            visibility_timeout_seconds=6 * environment.control.function_timeout,
            redrive_policy=json.dumps({"deadLetterTargetArn": dead_letters, "maxReceiveCount": _TRIES}),
            sqs_managed_sse_enabled=True,
            policy=json.dumps(transport.queue(policies.captured(place, buckets))),
        )
        function = Function(self, CAPTURES, environment=environment, code=code)
        LambdaEventSourceMapping(
            self,
            "files",
            event_source_arn=queue.arn,
            function_name=function.name,
            batch_size=10,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=LambdaEventSourceMappingScalingConfig(maximum_concurrency=_AT_ONCE),
        )
