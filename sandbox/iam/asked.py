"""From an API call to what IAM is asked: an action on a resource, or several of them. Pure.

Sources: Service Authorization Reference (as data, `sandbox.iam.reference`); DynamoDB developer guide, "Using IAM
with DynamoDB transactions"; SageMaker writes the names in its ARNs in lower case.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sandbox.iam import reference

Parameters = Mapping[str, Any]


class Access(NamedTuple):
    """One question to IAM: ``action`` (``sns:Publish``) on ``resource``, an ARN or ``*`` where AWS names none.

    ``keys`` are what conditions may ask of the request, in lower case, with their values.
    """

    action: str
    resource: str
    keys: tuple[tuple[str, str], ...] = ()


class UnknownAccessError(Exception):
    """The sandbox cannot say what an operation is checked for; nobody is let through on a guess."""


_PREFIXES = {"monitoring": "cloudwatch"}
"""Services that sign with another name than policies use."""
_ACTIONS = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "HeadObject"): "GetObject",
    ("s3", "CreateMultipartUpload"): "PutObject",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "SendMessageBatch"): "SendMessage",
}
"""Operations whose action has another name."""
_TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}

_NAMES: Mapping[str, Callable[[Parameters], str | None]] = {
    # DynamoDB's TableName, or Glue's Name.
    "TableName": lambda given: _last(given.get("TableName") or given.get("Name"), "/"),
    "WorkGroupName": lambda given: given.get("WorkGroup"),
    "StateMachineName": lambda given: _last(given.get("stateMachineArn"), ":"),
    "FunctionName": lambda given: _last(given.get("FunctionName"), "function:"),
    "TopicName": lambda given: _last(given.get("TopicArn"), ":"),
    "QueueName": lambda given: _last(given.get("QueueUrl"), "/"),
    "BucketName": lambda given: given.get("Bucket"),
    "ObjectName": lambda given: given.get("Key"),
    # DescribeAlarms is checked against all alarms, whichever are asked for.
    "AlarmName": lambda _: "*",
}
"""Placeholders of ARNs that no parameter of the same name fills."""


def accesses(signing_name: str, operation: str, given: Parameters) -> list[Access]:
    """List what an operation with these parameters is checked for."""
    service = _PREFIXES.get(signing_name, signing_name)
    if (service, operation) == ("dynamodb", "TransactWriteItems"):
        return [each for item in given["TransactItems"] for each in _transacted(item)]
    if (service, operation) == ("dynamodb", "BatchGetItem"):
        return [_on(service, operation, {"TableName": table}) for table in given["RequestItems"]]
    if (service, operation) == ("cloudwatch", "PutMetricData"):
        return [Access("cloudwatch:PutMetricData", "*", (("cloudwatch:namespace", given["Namespace"]),))]
    if given.get("ResourceArn"):
        return [Access(f"{service}:{operation}", given["ResourceArn"])]
    return on_resources(service, _ACTIONS.get((service, operation), operation), given)


def _transacted(item: Mapping[str, Parameters]) -> Iterator[Access]:
    for kind, given in item.items():
        yield _on("dynamodb", _TRANSACTED[kind], given)


def _on(service: str, action: str, given: Parameters) -> Access:
    return on_resources(service, action, given)[0]


def on_resources(service: str, action: str, given: Parameters) -> list[Access]:
    """List each required resource, and each optional one that the parameters name; ``*`` where there are none."""
    types = reference.resource_types(service, action)
    if types is None:
        raise UnknownAccessError(f"AWS's Service Authorization Reference has no action {service}:{action}.")
    named: list[Access] = []
    for resource_type, required in types.items():
        names = _filled(service, resource_type, given)
        if names is not None:
            named.append(Access(f"{service}:{action}", reference.arn(service, resource_type, names)))
        elif required:
            raise UnknownAccessError(
                f"The sandbox does not know which {resource_type} {service}:{action} names: sandbox/iam/asked.py."
            )
    return list(dict.fromkeys(named)) or [Access(f"{service}:{action}", "*")]


def _filled(service: str, resource_type: str, given: Parameters) -> Mapping[str, str] | None:
    names: dict[str, str] = {}
    for placeholder in reference.placeholders(service, resource_type):
        find = _NAMES.get(placeholder)
        name = find(given) if find else given.get(placeholder)
        if name is None:
            return None
        names[placeholder] = str(name).lower() if service == "sagemaker" else str(name)
    return names


def _last(text: str | None, separator: str) -> str | None:
    """Return a name whether it is given alone or at the end of an ARN or an address."""
    return None if text is None else text.rpartition(separator)[2]
