"""S3: bucket policies whose conditions are looked at. moto takes every condition as met, so a Deny hits all."""

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from sandbox.iam.policy import conditions_met
from sandbox.place import ACCOUNT_ID
from sandbox.registry import method

# What is known of a request. Loopback stands for TLS.
_CONTEXT = {
    "aws:securetransport": "true",
    "aws:principalaccount": ACCOUNT_ID,
    "aws:sourceaccount": ACCOUNT_ID,
}


def install() -> None:
    """Put it on moto."""
    method(FakeBucket)(get_permission)


def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """Tell what the statements say whose conditions are met."""
    document = json.loads(self.policy.decode()) if self.policy else {}
    statements = document.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    met = [statement for statement in listed if conditions_met(statement.get("Condition") or {}, _CONTEXT)]
    bare = [{name: part for name, part in statement.items() if name != "Condition"} for statement in met]
    if not bare:
        return PermissionResult.NEUTRAL
    policy = IAMPolicy(json.dumps({"Statement": bare}))
    result: PermissionResult = policy.is_action_permitted(action, resource)
    return result
