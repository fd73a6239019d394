"""Whether a resource policy lets a service send to it from one source."""

from collections.abc import Mapping
from typing import Any

from sandbox.iam.policy import allows_service
from sandbox.place import ACCOUNT_ID


def permits(policy: Mapping[str, Any] | None, service: str, action: str, source_arn: str) -> bool:
    """Tell whether the policy allows the service and the action from this source. Loopback stands for TLS."""
    account = source_arn.split(":")[4] or ACCOUNT_ID  # a bucket's ARN names none
    context = {"aws:sourcearn": source_arn, "aws:sourceaccount": account, "aws:securetransport": "true"}
    return allows_service(policy, service, action, context)
