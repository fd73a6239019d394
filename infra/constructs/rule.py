"""An EventBridge rule that wakes a function."""

import json

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetRetryPolicy,
)
from cdktf_cdktf_provider_aws.lambda_function_event_invoke_config import (
    LambdaFunctionEventInvokeConfig,
    LambdaFunctionEventInvokeConfigDestinationConfig,
    LambdaFunctionEventInvokeConfigDestinationConfigOnFailure,
)
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from infra.constructs.function import Function
from infra.patterns import Pattern

_AN_HOUR = 3600


class Rule(Construct):
    """Sends every event that matches to the function, as it is.

    What cannot be delivered, and what the function failed on, goes to the dead letters. Not later than an hour:
    functions are level-triggered, so an event of yesterday says nothing that the next does not say better.
    """

    def __init__(
        self, scope: Construct, id_: str, *, name: str, pattern: Pattern, target: Function, dead_letters: str
    ) -> None:
        super().__init__(scope, id_)
        rule = CloudwatchEventRule(self, "rule", name=name, event_pattern=json.dumps(pattern))
        permission = LambdaPermission(
            self,
            "permission",
            statement_id=name,
            action="lambda:InvokeFunction",
            function_name=target.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )
        CloudwatchEventTarget(
            self,
            "target",
            rule=rule.name,
            target_id=name,
            arn=target.arn,
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=_AN_HOUR, maximum_retry_attempts=20
            ),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=dead_letters),
            depends_on=[permission],
        )
        failed = LambdaFunctionEventInvokeConfigDestinationConfigOnFailure(destination=dead_letters)
        LambdaFunctionEventInvokeConfig(
            self,
            "invocation",
            function_name=target.name,
            maximum_event_age_in_seconds=_AN_HOUR,
            maximum_retry_attempts=2,
            # Here and not as the function's dead_letter_config: the functions need not wait for the queue.
            destination_config=LambdaFunctionEventInvokeConfigDestinationConfig(on_failure=failed),
        )
