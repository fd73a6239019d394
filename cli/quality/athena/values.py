"""Athena's answers as Python's values: all are texts, typed by the result's description. Pure.

Sources: Amazon Athena API reference, ResultSet, ColumnInfo, Datum (NULL has no text); user guide, "Data types in
Amazon Athena".
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

_READ: Mapping[str, Callable[[str], Any]] = {
    "boolean": lambda text: text == "true",
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), int),
    **dict.fromkeys(("float", "real", "double"), float),
    "decimal": Decimal,
    "timestamp": datetime.fromisoformat,
    # Questions ask for lists of numbers alone, which Athena writes as JSON does.
    "array": json.loads,
    **dict.fromkeys(("varchar", "char", "string"), str),
}


def records(columns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Read rows as GetQueryResults has them, without the header; raises ValueError for a type of no question's."""
    unknown = sorted({column["Type"] for column in columns} - _READ.keys())
    if unknown:
        raise ValueError(f"Athena answers with {', '.join(unknown)}, which no question asks for")
    named = [(column["Name"], _READ[column["Type"]]) for column in columns]
    return [
        {name: _value(read, datum) for (name, read), datum in zip(named, row["Data"], strict=True)} for row in rows
    ]


def _value(read: Callable[[str], Any], datum: Mapping[str, str]) -> Any:
    text = datum.get("VarCharValue")
    return None if text is None else read(text)
