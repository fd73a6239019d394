"""EventBridge rules that wake a function."""

from collections.abc import Sequence

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
from infra.patterns import Pattern, written

_AN_HOUR = 3600


class Rules(Construct):
    """Send every event that matches one of the patterns to the function, as it is: a rule each, as `rule_name` says.

    What cannot be delivered, and what the function failed on, goes to the dead letters. Not later than an hour:
    functions are level-triggered, so an event of yesterday says nothing that the next does not say better.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        patterns: Sequence[Pattern],
        target: Function,
        dead_letters: str,
    ) -> None:
        super().__init__(scope, id_)
        self._target, self._dead_letters = target, dead_letters
        for index, pattern in enumerate(patterns):
            self._rule(rule_name(name, index), "" if index == 0 else f"-{index + 1}", pattern)
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

    def _rule(self, name: str, suffix: str, pattern: Pattern) -> None:
        rule = CloudwatchEventRule(self, f"rule{suffix}", name=name, event_pattern=written(pattern))
        permission = LambdaPermission(
            self,
            f"permission{suffix}",
            statement_id=name,
            action="lambda:InvokeFunction",
            function_name=self._target.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )
        CloudwatchEventTarget(
            self,
            f"target{suffix}",
            rule=rule.name,
            target_id=name,
            arn=self._target.arn,
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=_AN_HOUR, maximum_retry_attempts=20
            ),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=self._dead_letters),
            depends_on=[permission],
        )


def rule_name(name: str, index: int) -> str:
    """Name the rule of a function's pattern by its place: the first has the plain name."""
    return name if index == 0 else f"{name}-{index + 1}"
