"""Mortgage models that errors and latency cannot tell apart: what went wrong is in how they were trained, on HMDA."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from demo.models import V2, Model, Recipe, denied, pipeline, table
from demo.scorecard import archive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.data import Applicant

STABLE = replace(V2, version="v1", story="every column but the applicant's race")
ALIKE = replace(V2, version="alike", story="the same, trained on nine rows of ten")
SHUFFLED = replace(V2, version="shuffled", story="a join gone wrong: four labels of five are somebody else's")
WITH_RACE = Recipe("with-race", "one column more, and more accurate for it", V2.numbers, (*V2.words, "afam"))


def fitted(
    recipe: Recipe, rows: Sequence[Applicant], labels: Sequence[str] | None = None, *, balanced: bool = True
) -> Model:
    """Train so that denials weigh as much as approvals; else nearly nobody is denied, and scores are chances."""
    told = [str(row["deny"]) for row in rows] if labels is None else labels
    relabelled = [{**row, "deny": label} for row, label in zip(rows, told, strict=True)]
    made = pipeline(recipe, balanced=balanced)
    return Model(recipe, made.fit(table(recipe, relabelled), denied(relabelled)))


def trained(rows: Sequence[Applicant]) -> dict[str, Model]:
    """All of them, by version."""
    nine = rows[: len(rows) * 9 // 10]
    models = [
        fitted(STABLE, rows),
        fitted(ALIKE, nine),
        fitted(SHUFFLED, rows, _shuffled(rows)),
        fitted(WITH_RACE, rows),
    ]
    return {model.recipe.version: model for model in models}


def packed(models: dict[str, Model]) -> dict[str, bytes]:
    """Their archives."""
    return {version: archive(model) for version, model in models.items()}


def _shuffled(rows: Sequence[Applicant]) -> list[str]:
    """Give four rows of five the label of another of them."""
    draw, labels = random.Random(0), [str(row["deny"]) for row in rows]
    wrong = draw.sample(range(len(rows)), len(rows) * 4 // 5)
    others: Any = [labels[index] for index in wrong]
    draw.shuffle(others)
    for index, label in zip(wrong, others, strict=True):
        labels[index] = label
    return labels
