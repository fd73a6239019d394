"""JSON lines as the OpenX SerDe reads them: keys whatever their case, a damaged line as a row of NULLs. Pure.

Source: Amazon Athena user guide, "OpenX JSON SerDe" (``ignore.malformed.json``, ``case.insensitive``). What it makes
of a value of another type than the column's is not told: the line counts as damaged (the harsher reading).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp

Types = Mapping[str, exp.DataType]


class MalformedError(ValueError):
    """A line that is no JSON object of the table's columns."""


def rows(content: bytes, types: Types, *, ignore: bool) -> Iterator[dict[str, Any]]:
    """Read each line that is not empty; raises MalformedError where damaged ones are not ignored."""
    for line in content.decode(errors="replace").splitlines():
        if line.strip():
            try:
                yield _struct(json.loads(line), types)
            except ValueError as error:
                if not ignore:
                    raise MalformedError(f"HIVE_CURSOR_ERROR: Row is not a valid JSON Object: {error}") from error
                yield {}


def _struct(value: Any, types: Types) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError("no object")
    lowered = {key.lower(): each for key, each in value.items()}
    return {name: _of(lowered.get(name), kind) for name, kind in types.items()}


def _of(value: Any, kind: exp.DataType) -> Any:
    if value is None:
        return None
    if kind.is_type("struct"):
        return _struct(value, {each.name.lower(): each.args["kind"] for each in kind.expressions})
    return value if isinstance(value, str) else json.dumps(value)
