"""Roles: who may take them, what they may do, and who calls with which key."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from sandbox.iam.policy import Document, allows_service
from sandbox.place import ACCOUNT_ID, REGION


class Caller(NamedTuple):
    """Somebody who has taken a role: a function's process, an execution, a service."""

    role: str
    session: str

    @property
    def arn(self) -> str:
        """Name the caller as refusals do."""
        return f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{self.role}/{self.session}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary credentials of a role."""

    access_key: str
    secret_key: str
    token: str


def assume(role_arn: str, session: str) -> Credentials:
    """Give credentials of a role, as AWS's services get them."""
    backend: Any = sts_backends[ACCOUNT_ID]["aws"]
    assumed = backend.assume_role(
        region_name=REGION,
        role_session_name=session,
        role_arn=role_arn,
        policy=None,
        duration=3600,
        external_id=None,
    )
    return Credentials(assumed.access_key_id, assumed.secret_access_key, assumed.session_token)


def caller(access_key: str) -> Caller | None:
    """Tell whose key it is; None for a key that belongs to no role: the account's administrator."""
    found = sts_backends[ACCOUNT_ID]["aws"].get_assumed_role_from_access_key(access_key)
    return None if found is None else Caller(role_name(found.role_arn), found.session_name)


def trusts(role_arn: str, service: str) -> bool:
    """Tell whether a role exists, and an AWS service (``lambda.amazonaws.com``) may take it."""
    found = _role(role_name(role_arn))
    if found is None:
        return False
    return allows_service(_parsed(found.assume_role_policy_document), service, "sts:AssumeRole")


def documents(role: str) -> Sequence[Document]:
    """Return a role's policies, its own and the attached ones; none where there is no such role."""
    found = _role(role)
    if found is None:
        return []
    attached = [
        version.document
        for policy in found.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    return [_parsed(text) for text in (*found.policies.values(), *attached)]


def role_name(arn: str) -> str:
    """Name a role by its ARN, without the path."""
    return arn.rpartition("/")[2]


def _role(name: str) -> Any:
    roles = iam_backends[ACCOUNT_ID]["aws"].roles.values()
    return next((role for role in roles if role.name == name), None)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text)
    return found
