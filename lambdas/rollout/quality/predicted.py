"""What a model predicted, row by row, read from a capture record by the endpoint's schema."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from lambdas.rollout.quality.schema import Predicted, Schema
from lambdas.rollout.shadow.answers import UnreadableError
from lambdas.rollout.shadow.bodies import Format, Row, read_answers, read_rows
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
    """What a variant predicted in one request, row by row, at a time in seconds since the epoch.

    None stands for a row of which nothing can be said: it keeps its place, for truths come in the rows' order.
    """

    variant: str
    at: float
    predictions: tuple[Prediction | None, ...]


class Exchange(NamedTuple):
    """One row: what was ``asked``, by column (None where the request was not captured), and what was predicted."""

    asked: Row | None
    prediction: Prediction


def exchanges(record: Record, schema: Schema) -> tuple[Exchange | None, ...]:
    """Read all rows of a record, None for those that cannot be read; none where request and answer do not fit."""
    if record.answer is None:
        return ()
    try:
        answers = read_answers(record.answer)
    except UnreadableError:
        return ()
    rows = read_rows(record.request, len(answers)) if record.request else [None] * len(answers)
    if len(rows) < len(answers):
        return ()
    csv = record.request is not None and record.request.form is Format.CSV
    return tuple(_row(answer, row, schema, csv=csv) for answer, row in zip(answers, rows, strict=True))


def inference(record: Record, schema: Schema) -> Inference | None:
    """Read what a record predicts; None where none of its rows has a prediction."""
    found = tuple(each.prediction if each else None for each in exchanges(record, schema))
    return Inference(record.variant, record.at, found) if any(found) else None


def _row(answer: Mapping[str, Any], asked: Row | None, schema: Schema, *, csv: bool) -> Exchange | None:
    """Read one row; None where its answer, or what was asked, is not as the schema says."""
    prediction = _prediction(answer, schema.predicted)
    if prediction is None or asked is None:
        return None if prediction is None else Exchange(None, prediction)
    named = _named(asked, schema, csv=csv)
    return None if named is None else Exchange(named, prediction._replace(groups=_groups(named, schema)))


def word(value: Any) -> str | None:
    """Write a label in one way: 1, 1.0, "1" and " 1 " are one label, as are true and "true"; None for no label."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        figure = number(value)
        return value.strip() or None if figure is None else f"{figure:.17g}"
    figure = number(value)
    return None if figure is None else f"{figure:.17g}"


def possible(label: str, said: Predicted) -> bool:
    """Tell whether a label, as `word` writes it, is one that an answer or a truth may have."""
    if said.classes:
        return label in _words(said.classes)
    return number(label) is not None if said.number else True


@cache
def _words(classes: tuple[str, ...]) -> frozenset[str | None]:
    return frozenset(map(word, classes))


def _prediction(answer: Mapping[str, Any], said: Predicted) -> Prediction | None:
    label = word(answer.get(said.label)) if said.label else None
    score = number(answer.get(said.score)) if said.score else None
    if said.classes:
        return Prediction(label) if label is not None and possible(label, said) else None
    if said.number:
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


def _groups(named: Row, schema: Schema) -> tuple[str, ...]:
    found = ((column, word(named.get(column))) for column in schema.groups)
    return tuple(
        f"{column}={name}"
        for column, value in found
        for name in schema.groups[column]
        if value is not None and word(name) == value
    )


def _named(row: Row, schema: Schema, *, csv: bool) -> Row | None:
    """Name a row's columns; None where they are not the schema's.

    One that came without names has them by their order. A CSV's header names all of them; of JSON any will do.
    """
    if not schema.columns:
        return row
    if "column 1" in row and "column 1" not in schema.columns:
        fits = len(row) == len(schema.columns)
        return dict(zip(schema.columns, row.values(), strict=True)) if fits else None
    known = [column in row if csv else row.get(column) is not None for column in schema.columns]
    return row if (all(known) if csv else any(known)) else None


def number(value: Any) -> float | None:
    """Take a finite number for one, also one that is written as text; 1_000 is none, but for Python."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and "_" in value:
        return None
    try:
        figure = float(value)
    except (ValueError, OverflowError):
        return None
    return figure if math.isfinite(figure) else None
