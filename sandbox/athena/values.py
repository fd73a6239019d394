"""Types and values of DuckDB as Athena tells them. Pure.

Sources: Amazon Athena user guide, "Data types in Amazon Athena"; API reference, ColumnInfo, Datum (all values are
texts, and a NULL has none).
"""

import json
import math
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.athena.refusal import FailedError

_TYPES = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "bigint",
    "UBIGINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "VARCHAR": "varchar",
    "JSON": "json",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
}
_HIVE = {"integer": "int", "varchar": "string"}
_KEPT = {"boolean", "integer", "bigint", "double", "varchar", "date", "timestamp"}


def told(kind: str) -> str:
    """Name a type of DuckDB's as results do; raises FailedError where the sandbox knows none."""
    if kind.endswith("]"):
        return "array"
    if kind.startswith("DECIMAL"):
        return "decimal"
    if kind not in _TYPES:
        raise FailedError(f"NOT_SUPPORTED: the sandbox does not emulate results of type {kind}.")
    return _TYPES[kind]


def stored(kind: str) -> str:
    """Name a type of DuckDB's as a table that a query makes has it, in Hive's words; raises FailedError."""
    name = told(kind)
    if name not in _KEPT:
        raise FailedError(f"NOT_SUPPORTED: Unsupported Hive type: {name}")
    return _HIVE.get(name, name)


def text(value: Any) -> str | None:
    """Write a value; None for NULL."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "milliseconds")
    if isinstance(value, list):
        return f"[{', '.join('null' if each is None else str(text(each)) for each in value)}]"
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _double(value: float) -> str:
    """Write as Java does: ``0.5``, ``1.0E10``, ``NaN``, ``Infinity``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    first, *rest = (str(digit) for digit in digits)
    return f"{'-' * sign}{first}.{''.join(rest) or '0'}E{int(exponent) + len(rest)}"
