"""Whether a resource policy lets a service send to it from one source."""

import fnmatch
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.place import ACCOUNT_ID


def permits(policy: Mapping[str, Any] | None, service: str, action: str, source_arn: str) -> bool:
    """Tell whether any Allow statement names the service and the action, and its source conditions fit."""
    statements = (policy or {}).get("Statement") or []
    listed = statements if isinstance(statements, list) else [statements]
    return any(_allows(statement, service, action, source_arn) for statement in listed)


def _allows(statement: Mapping[str, Any], service: str, action: str, source_arn: str) -> bool:
    principal = statement.get("Principal")
    services = _list(principal.get("Service")) if isinstance(principal, Mapping) else _list(principal)
    actions = [name.lower() for name in _list(statement.get("Action"))]
    return (
        statement.get("Effect") == "Allow"
        and (service in services or "*" in services)
        and any(fnmatch.fnmatchcase(action.lower(), name) for name in actions)
        and _source_fits(statement.get("Condition") or {}, source_arn)
    )


def _source_fits(condition: Mapping[str, Any], source_arn: str) -> bool:
    account = source_arn.split(":")[4] or ACCOUNT_ID  # a bucket's ARN names none
    for operator, wanted in condition.items():
        for key, patterns in wanted.items():
            value = {"aws:sourcearn": source_arn, "aws:sourceaccount": account}.get(key.lower())
            if value is None or not any(_matches(operator, value, pattern) for pattern in _list(patterns)):
                return False
    return True


def _matches(operator: str, value: str, pattern: str) -> bool:
    if operator.lower() in {"arnlike", "stringlike", "arnequals"}:
        return fnmatch.fnmatchcase(value, pattern)
    return value == pattern


def _list(value: Any) -> Sequence[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
