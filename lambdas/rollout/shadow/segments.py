"""Parts of the input by which disagreement is told apart: one segment per column and value."""

from typing import Any

from lambdas.rollout.shadow.bodies import Body, Row, read_rows
from lambdas.rollout.shadow.comparison import Comparison

_COLUMNS = 3
_LONGEST = 32
"""Characters of a value (or of a column's name) that is taken for a category; longer ones are prose, or identify."""


def segments_of(request: Body | None, answers: int, terms: Comparison) -> tuple[tuple[str, ...], ...]:
    """Name the segments of each row of a request with so many answers: ``selfemp=yes``; none without any category."""
    rows = read_rows(request, answers) if request and terms.segments != () else ()
    if not rows:
        return ()
    columns = _worded(rows[0]) if terms.segments is None else terms.segments
    return tuple(tuple(f"{name}={_text(row[name])}" for name in columns if _fits(row.get(name))) for row in rows)


def _worded(row: Row) -> tuple[str, ...]:
    """Choose the first columns that hold words."""
    return tuple(name for name, value in row.items() if len(name) <= _LONGEST and _is_word(value))[:_COLUMNS]


def _is_word(value: Any) -> bool:
    if isinstance(value, bool):
        return True
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return False
    try:
        float(value)
    except ValueError:
        return True
    return False


def _fits(value: Any) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and 0 < len(value) <= _LONGEST)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
