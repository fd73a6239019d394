"""Partition projection: from a table's properties and a query's conditions to the partitions that are read. Pure.

Sources: Amazon Athena user guide, "Set up partition projection", "Supported types for partition projection", "Use
dynamic ID partitioning". Conditions on a column by itself count, joined by AND; from any other one nothing is taken.
"""

import itertools
import string
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sqlglot import exp

from sandbox.athena.refusal import FailedError

MOST_VALUES = 1_000
"""Values that an IN may list for an injected column."""


class Partition(NamedTuple):
    """A partition: its columns' values, and the S3 URI of its folder."""

    values: Mapping[str, str]
    location: str


def partitions(
    columns: Sequence[str], properties: Mapping[str, str], location: str, where: exp.Expr | None
) -> list[Partition]:
    """List a projected table's partitions that a query reads; raises FailedError where it must name more."""
    found = {column: _values(column, properties, _conditions(where, column)) for column in columns}
    default = location.rstrip("/") + "".join(f"/{column}=${{{column}}}" for column in columns)
    template = string.Template(properties.get("storage.location.template", default))
    every = (dict(zip(found, values, strict=True)) for values in itertools.product(*found.values()))
    return [Partition(values, template.substitute(values).rstrip("/") + "/") for values in every]


def _values(column: str, properties: Mapping[str, str], conditions: Sequence[exp.Expr]) -> list[str]:
    kind = properties.get(f"projection.{column}.type", "").strip().lower()
    if kind == "injected":
        return _injected(column, conditions)
    if kind == "enum":
        listed = properties[f"projection.{column}.values"].split(",")
        checks = [check for condition in conditions if (check := _check(condition))]
        return [value for value in listed if all(check(value) for check in checks)]
    raise FailedError(f"The sandbox does not emulate the projection type '{kind}' of column {column}.")


def _injected(column: str, conditions: Sequence[exp.Expr]) -> list[str]:
    named = [values for condition in conditions if (values := _equal(condition)) is not None]
    if not named:
        raise FailedError(
            f"CONSTRAINT_VIOLATION: For the injected projected partition column {column}, the WHERE clause must"
            " contain only static equality conditions, and at least one such condition must be present."
        )
    kept = [value for value in dict.fromkeys(named[0]) if all(value in others for others in named[1:])]
    if len(kept) > MOST_VALUES:
        raise FailedError(f"CONSTRAINT_VIOLATION: more than {MOST_VALUES} values of injected column {column}.")
    return kept


def _conditions(where: exp.Expr | None, column: str) -> list[exp.Expr]:
    """Take apart what is joined by AND; those stay that compare this column alone."""
    if where is None:
        return []
    parts = where.flatten() if isinstance(where, exp.And) else [where]
    bare = (part.unnest() for part in parts)
    return [part for part in bare if isinstance(part.this, exp.Column) and part.this.name.lower() == column]


def _equal(condition: exp.Expr) -> list[str] | None:
    """List the values that a condition names; None where it is no equality with texts."""
    if isinstance(condition, exp.EQ):
        return _texts([condition.expression])
    if isinstance(condition, exp.In) and condition.expressions:
        return _texts(condition.expressions)
    return None


def _check(condition: exp.Expr) -> Callable[[str], bool] | None:
    """Build the check that a condition is; None where it is none that prunes."""
    values = _equal(condition)
    if values is not None:
        return lambda value: value in values
    if isinstance(condition, exp.Between):
        bounds = _texts([condition.args["low"], condition.args["high"]])
        return None if bounds is None else lambda value: bounds[0] <= value <= bounds[1]
    compare = _ORDER.get(type(condition))
    bound = _texts([condition.expression]) if compare else None
    return None if compare is None or bound is None else lambda value: compare(value, bound[0])


_ORDER: Mapping[type, Callable[[str, str], bool]] = {
    exp.LT: lambda value, bound: value < bound,
    exp.LTE: lambda value, bound: value <= bound,
    exp.GT: lambda value, bound: value > bound,
    exp.GTE: lambda value, bound: value >= bound,
}


def _texts(values: Sequence[exp.Expr]) -> list[str] | None:
    if all(isinstance(value, exp.Literal) and value.is_string for value in values):
        return [value.name for value in values]
    return None
