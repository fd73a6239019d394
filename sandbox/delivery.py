"""Hand a message to a queue, a topic, a function or a state machine of the sandbox, by its ARN."""

import json
from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from sandbox.place import ACCOUNT_ID, REGION


class UndeliverableError(Exception):
    """There is no such target, or it takes no such message."""


def send_to_queue(arn: str, body: str, attributes: Mapping[str, str] | None = None, group: str | None = None) -> None:
    """Send a message to an SQS queue; `attributes` are message attributes of type String."""
    typed = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
    queue = arn.rpartition(":")[2]
    sqs_backends[ACCOUNT_ID][REGION].send_message(queue, body, message_attributes=typed or None, group_id=group)


def publish_to_topic(arn: str, message: str, subject: str | None = None) -> None:
    """Publish to an SNS topic."""
    sns_backends[ACCOUNT_ID][REGION].publish(message, arn=arn, subject=subject)


def find_function(arn: str) -> LambdaFunction:
    """Return the function of an ARN (or of a version's or an alias's); UndeliverableError if it is gone."""
    function: LambdaFunction | None = lambda_backends[ACCOUNT_ID][REGION].get_function_by_arn(arn)
    if function is None:
        raise UndeliverableError(f"There is no function {arn}.")
    return function


def start_execution(arn: str, execution_input: str, name: str) -> None:
    """Start a state machine."""
    stepfunctions_parser_backends[ACCOUNT_ID][REGION].start_execution(arn, name, execution_input)


def send(arn: str, body: Mapping[str, Any] | str, attributes: Mapping[str, str] | None = None) -> None:
    """Send to a queue or a topic, whichever the ARN is: a dead-letter queue, a destination, an alarm action."""
    text = body if isinstance(body, str) else json.dumps(body)
    service = arn.split(":")[2]
    if service == "sqs":
        send_to_queue(arn, text, attributes)
    elif service == "sns":
        publish_to_topic(arn, text)
    else:
        raise UndeliverableError(f"The sandbox delivers to no {service}: {arn}")
