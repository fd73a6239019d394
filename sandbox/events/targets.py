"""Give an event to one target: a function, a queue, a topic or a state machine."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from sandbox.delivery import (
    UndeliverableError,
    find_function,
    publish_to_topic,
    send_to_queue,
    start_execution,
)
from sandbox.events.permission import permits
from sandbox.lambda_runtime.asynchronous import accept
from sandbox.place import ACCOUNT_ID, REGION

_SERVICE = "events.amazonaws.com"


def deliver(target: Mapping[str, Any], text: str, rule_arn: str) -> None:
    """Deliver once; UndeliverableError where trying again cannot help, any other error where it can."""
    arn = target["Arn"]
    service = arn.split(":")[2]
    if service == "lambda":
        function = find_function(arn)
        _require({"Statement": function.policy.statements}, "lambda:InvokeFunction", rule_arn, arn)
        accept(function, text.encode())
    elif service == "sqs":
        _require(queue_policy(arn), "sqs:SendMessage", rule_arn, arn)
        send_to_queue(arn, text, group=(target.get("SqsParameters") or {}).get("MessageGroupId"))
    elif service == "sns":
        _require(topic_policy(arn), "sns:Publish", rule_arn, arn)
        publish_to_topic(arn, _plain(text))
    elif service == "states":
        if not target.get("RoleArn"):
            raise UndeliverableError(f"The target {arn} has no role.")
        start_execution(arn, text, str(uuid.uuid4()))
    else:
        raise UndeliverableError(f"The sandbox delivers to no {service}: {arn}")


def _require(policy: Mapping[str, Any] | None, action: str, rule_arn: str, arn: str) -> None:
    if not permits(policy, _SERVICE, action, rule_arn):
        raise UndeliverableError(f"{arn} does not permit {_SERVICE} to {action} from {rule_arn}.")


def queue_policy(arn: str) -> Mapping[str, Any]:
    """Return a queue's policy; UndeliverableError if there is no such queue."""
    queues = sqs_backends[ACCOUNT_ID][REGION].queues
    queue = queues.get(arn.rpartition(":")[2])
    if queue is None:
        raise UndeliverableError(f"There is no queue {arn}.")
    policy: Mapping[str, Any] = json.loads(queue.policy or "{}")
    return policy


def topic_policy(arn: str) -> Mapping[str, Any]:
    """Return a topic's policy; UndeliverableError if there is no such topic."""
    topic = sns_backends[ACCOUNT_ID][REGION].topics.get(arn)
    if topic is None:
        raise UndeliverableError(f"There is no topic {arn}.")
    policy: Mapping[str, Any] = json.loads(topic.policy or "{}")
    return policy


def _plain(text: str) -> str:
    """A JSON string is published as its text, as EventBridge does with a template in quotes."""
    value = json.loads(text)
    return value if isinstance(value, str) else text
