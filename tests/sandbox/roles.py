"""Roles for tests: who may take them, and what they may do."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

_numbers = itertools.count(1)


Grant = tuple[list[str], list[str]] | tuple[list[str], list[str], Mapping[str, Any]]
"""Actions, the resources they are allowed on, and more elements of the statement."""
EVERYTHING: Grant = (["*"], ["*"])


class Account(Protocol):
    """A sandbox, however a test holds it."""

    def client(self, service: str) -> Any:
        """Make a client of a service."""


def role(account: Account, service: str, *grants: Grant, name: str = "") -> str:
    """Make a role that an AWS service (``lambda``) may take, or several, by commas; return its ARN."""
    name = name or f"role-{next(_numbers)}"
    iam = account.client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(service))["Role"]["Arn"]
    if grants:
        statements = [_allow(*grant) for grant in grants]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    return arn


def _allow(actions: list[str], on: list[str], more: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": on, **more}


def trusting(service: str) -> str:
    """Write the trust policy of a role that an AWS service may take, or several, by commas."""
    principal = {"Service": [f"{each}.amazonaws.com" for each in service.split(",")]}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
