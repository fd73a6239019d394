"""Ask IAM before a role's call, and remember what each role has called.

Keys that belong to no role are the account's administrator's, who may do everything: Terraform, the CLI, people.
"""

from collections.abc import Iterable

from sandbox.iam import tags
from sandbox.iam.asked import Access, UnknownAccessError
from sandbox.iam.journal import note_call
from sandbox.iam.policy import NotEmulatedError, allows
from sandbox.iam.roles import Caller, documents

_FREE = {"sts:GetCallerIdentity"}
"""What nobody can be denied (STS API reference)."""


class DeniedError(Exception):
    """IAM says no; the message is AWS's."""


def ask(caller: Caller, accesses: Iterable[Access]) -> None:
    """Let a caller through where its role's policies allow all of it; raises `DeniedError` at the first that is not.

    Source of the words: IAM user guide, "Troubleshoot access denied error messages".
    """
    policies = documents(caller.role)
    for access in accesses:
        if access.action in _FREE:
            continue
        try:
            context = {**tags.context(access.resource), **dict(access.keys)}
            allowed = allows(policies, access.action, access.resource, context)
        except (NotEmulatedError, UnknownAccessError) as unknown:
            raise DeniedError(str(unknown)) from unknown
        note_call(caller.role, access, allowed=allowed)
        if not allowed:
            raise DeniedError(
                f"User: {caller.arn} is not authorized to perform: {access.action} on resource: {access.resource} "
                f"because no identity-based policy allows the {access.action} action"
            )


def may(caller: Caller, *accesses: Access) -> bool:
    """Ask for a service that acts in a role's name, and has its own way to tell a refusal."""
    try:
        ask(caller, accesses)
    except DeniedError:
        return False
    return True
