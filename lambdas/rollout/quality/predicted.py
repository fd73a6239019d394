"""What a model predicted, row by row, read from a capture record by the endpoint's schema."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from lambdas.rollout.quality.schema import Predicted, Schema
from lambdas.rollout.shadow.answers import UnreadableError
from lambdas.rollout.shadow.bodies import Row, read_answers, read_rows
from lambdas.rollout.shadow.capture import Record


class Prediction(NamedTuple):
    """One row's answer: its ``label``, the ``score`` of the positive one (0 to 1), a ``value`` in a regression.

    ``groups`` are those that the row's subject is in, as ``Schema.each_group`` writes them.
    """

    label: str = ""
    score: float | None = None
    value: float | None = None
    groups: tuple[str, ...] = ()


class Inference(NamedTuple):
    """What a variant predicted in one request, at a time in seconds since the epoch."""

    variant: str
    at: float
    predictions: tuple[Prediction, ...]


def inference(record: Record, schema: Schema) -> Inference | None:
    """Read all rows of a record; None where any of them has no prediction: an answer is not guessed in part."""
    if record.answer is None:
        return None
    try:
        answers = read_answers(record.answer)
    except UnreadableError:
        return None
    rows = read_rows(record.request, len(answers)) if record.request else ()
    found = [_prediction(answer, schema.predicted) for answer in answers]
    known = [prediction for prediction in found if prediction is not None]
    if not known or len(known) < len(found):
        return None
    groups = [_groups(row, schema) for row in rows] or [()] * len(known)
    predictions = (each._replace(groups=in_) for each, in_ in zip(known, groups, strict=True))
    return Inference(record.variant, record.at, tuple(predictions))


def word(value: Any) -> str | None:
    """Write a label in one way: 1, 1.0, "1" and " 1 " are one label, as are true and "true"; None for no label."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        figure = number(value)
        return value.strip() or None if figure is None else f"{figure:.17g}"
    figure = number(value)
    return None if figure is None else f"{figure:.17g}"


def _prediction(answer: Mapping[str, Any], said: Predicted) -> Prediction | None:
    label = word(answer.get(said.label)) if said.label else None
    score = number(answer.get(said.score)) if said.score else None
    if said.positive is None:
        value = number(answer.get(said.label)) if said.label else None
        return None if value is None else Prediction(value=value)
    if said.score and (score is None or not 0 <= score <= 1):
        return None
    if said.label:
        return None if label is None else Prediction(label, score)
    if score is None:
        return None
    return Prediction(word(said.positive) or "" if score >= said.threshold else _negative(said), score)


def _negative(said: Predicted) -> str:
    """Name what a score below the threshold means."""
    favourable, positive = word(said.favourable), word(said.positive)
    return favourable if favourable and favourable != positive else f"not {positive}"


def _groups(row: Row, schema: Schema) -> tuple[str, ...]:
    named = _named(row, schema)
    found = ((column, word(named.get(column))) for column in schema.groups)
    return tuple(
        f"{column}={name}"
        for column, value in found
        for name in schema.groups[column]
        if value is not None and word(name) == value
    )


def _named(row: Row, schema: Schema) -> Row:
    """Name the columns of a row that came without names, by their order."""
    if any(column in row for column in schema.columns):
        return row
    return dict(zip(schema.columns, row.values(), strict=False)) if len(row) == len(schema.columns) else {}


def number(value: Any) -> float | None:
    """Take a finite number for one, also one that is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        figure = float(value)
    except (ValueError, OverflowError):
        return None
    return figure if math.isfinite(figure) else None
