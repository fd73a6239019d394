"""What a role's policies say of one action on one resource. Pure.

Source: IAM user guide, "Policy evaluation logic" (identity-based policies of one account) and "IAM JSON policy
elements": what no statement allows is denied, and an explicit Deny wins.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

Document = Mapping[str, Any]
Context = Mapping[str, str]


class NotEmulatedError(Exception):
    """A policy uses an element that the sandbox does not evaluate; nothing may pass unseen."""


def allows(documents: Sequence[Document], action: str, resource: str, context: Context | None = None) -> bool:
    """Tell whether policies allow ``action`` (``dynamodb:GetItem``) on ``resource`` (an ARN, or ``*`` for none)."""
    fitting = [
        statement
        for document in documents
        for statement in listed(document.get("Statement"))
        if _fits(statement, action, resource, context or {})
    ]
    effects = {statement["Effect"] for statement in fitting}
    return effects == {"Allow"}


def allows_service(document: Document | None, service: str, action: str, context: Context | None = None) -> bool:
    """Tell whether a resource's policy, or a role's trust, allows an AWS service (``events.amazonaws.com``)."""
    fitting = [
        statement
        for statement in listed((document or {}).get("Statement"))
        if _is_for(statement.get("Principal"), service)
        and _named(statement, "Action", action, fold=True)
        and conditions_met(statement.get("Condition") or {}, context or {})
    ]
    return {statement["Effect"] for statement in fitting} == {"Allow"}


def _is_for(principal: Any, service: str) -> bool:
    """Principals are everybody (``*``), or names by their kind; ``{"AWS": "*"}`` is everybody, too."""
    kinds = principal if isinstance(principal, Mapping) else {"AWS": principal}
    return service in listed(kinds.get("Service")) or "*" in listed(kinds.get("AWS"))


def _fits(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        _named(statement, "Action", action, fold=True)
        and _named(statement, "Resource", resource)
        and conditions_met(statement.get("Condition") or {}, context)
    )


def _named(statement: Mapping[str, Any], element: str, value: str, *, fold: bool = False) -> bool:
    """Tell whether an element, or its Not- form, covers the value; ``fold`` ignores case, as actions do."""
    if element in statement:
        return any(matches(pattern, value, fold=fold) for pattern in listed(statement[element]))
    negated = f"Not{element}"
    if negated in statement:
        return not any(matches(pattern, value, fold=fold) for pattern in listed(statement[negated]))
    return False


def matches(pattern: str, value: str, *, fold: bool = False) -> bool:
    """Tell whether a pattern with ``*`` (any characters) and ``?`` (one) covers the whole value."""
    return _compiled(pattern, fold).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:  # noqa: FBT001 - a cache's key
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if fold else 0))


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringLike": matches,
    "ArnEquals": matches,
    "ArnLike": matches,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
}


def conditions_met(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Tell whether all conditions hold; ``context`` has the request's keys in lower case.

    A negated one, and one with IfExists, also holds where the request lacks its key.
    """
    return all(
        _holds(operator, context.get(key.lower()), listed(wanted))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, value: str | None, wanted: Sequence[Any]) -> bool:
    plain = operator.removesuffix("IfExists")
    negated = "Not" in plain
    compare = _OPERATORS.get(plain.replace("Not", ""))
    if compare is None:
        raise NotEmulatedError(f"The sandbox does not evaluate the condition operator {operator}.")
    if value is None:
        return negated or operator != plain
    return any(compare(str(each), value) for each in wanted) is not negated


def listed(value: Any) -> list[Any]:
    """Return an element's values, which may be one alone."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
