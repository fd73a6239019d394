"""What roles and AWS's services may do with an environment's own KMS key, where it has one.

A key is used in the name of whoever calls: of a function by DynamoDB, SNS, SQS and AppConfig, and by Lambda, which
decrypts the function's variables as its role; SageMaker has a grant made by whoever deploys. Services that write by
themselves (alarms, undelivered events, S3's messages, logs) are named in the key's own policy, which is the account's
affair: `services` is what it must say.

Sources: SQS developer guide, "Configuring AWS KMS permissions"; SNS developer guide, "Enable compatibility between
event sources from AWS services and encrypted topics"; CloudWatch Logs user guide, "Encrypt log data in CloudWatch
Logs using AWS KMS"; Step Functions developer guide, "Data at rest encryption"; Lambda developer guide, "Securing
environment variables"; SageMaker API reference, CreateEndpointConfig (KmsKeyId).
"""

from collections.abc import Iterable
from typing import Any

from infra import captured
from infra.place import CAPTURES, FORGET, REWARD, ROUTER, Place
from infra.policies import ANYTHING, Document, Statement, allow, document
from infra.spec.environment import Environment
from infra.spec.rollout import moves_weights, shadow_step

_DECRYPT, _GENERATE = "kms:Decrypt", "kms:GenerateDataKey"
_READERS = ("live", ROUTER, FORGET, CAPTURES)
"""Functions that send nothing to a topic, a queue or AppConfig: for items of a table Decrypt is enough."""


def function(environment: Environment, name: str) -> list[Statement]:
    """Grant a function the keys: to read, to send, and for UpdateEndpoint to hand on.

    The `reward` function sends only what of a stream could not be noted, and writes truths.
    """
    handed = _handed_on(environment, name)
    if environment.kms_key is None:
        return handed
    writes = bool(environment.control.rewards.stream or captured.truths(environment))
    reads = name in _READERS or (name == REWARD and not writes)
    return [allow([_DECRYPT] if reads else [_DECRYPT, _GENERATE], [environment.kms_key]), *handed]


def workflow(environment: Environment) -> list[Statement]:
    """Grant the workflow's role the key: its definition, its executions' data and its log are encrypted with it."""
    return [allow([_DECRYPT, _GENERATE], [environment.kms_key])] if environment.kms_key else []


def services(place: Place) -> Document:
    """Say what the key's policy must let AWS's services do, beside the account itself.

    The requests of EventBridge and S3 tell KMS no source to hold them to.
    """
    own = {"StringEquals": {"aws:SourceAccount": place.account}}
    groups = [
        place.arn("logs", f"log-group:{prefix}/serinus-*") for prefix in ("/aws/lambda", "/aws/vendedlogs/states")
    ]
    whole = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    delivered = {"StringEquals": {"kms:EncryptionContext:SourceArn": place.arn("logs", "*")}}
    return document(
        [
            _service("cloudwatch", [_DECRYPT, _GENERATE], own),
            _service("events", [_DECRYPT, _GENERATE]),
            _service("s3", [_DECRYPT, _GENERATE]),
            _service(f"logs.{place.region}", whole, {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}),
            _service("delivery.logs", [_DECRYPT], delivered),
        ]
    )


def _service(name: str, actions: Iterable[str], condition: dict[str, Any] | None = None) -> Statement:
    conditions = {"Condition": condition} if condition else {}
    return allow(list(actions), [ANYTHING]) | {"Principal": {"Service": f"{name}.amazonaws.com"}} | conditions


def _handed_on(environment: Environment, name: str) -> list[Statement]:
    """Let UpdateEndpoint make SageMaker's grant, for the configurations that `policies` lets this function go to."""
    ways = {"advance": (shadow_step, moves_weights), "rollback": (moves_weights,)}.get(name, ())
    endpoints = [each for each in environment.endpoints if any(way(each.rollout) for way in ways)]
    own = {each.kms_key for each in endpoints if each.kms_key}
    if not own:
        return []
    for_aws = {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}
    return [allow(["kms:CreateGrant"], list(own)) | for_aws]
