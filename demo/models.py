"""The three models: v1 plain, v2 better, v3 trained on a table that somebody had filtered.

scikit-learn is imported where it is used: its import takes seconds, and a program that starts should say so first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from demo.data import Applicant, Split

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

_RATIOS = ("pirat", "lvrat")  # payments to income, loan to value
_NUMBERS = ("pirat", "hirat", "lvrat", "chist", "mhist", "unemp")
_WORDS = ("phist", "selfemp", "insurance", "condomin", "single", "hschool")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a version is made: its columns, and which of the training rows it gets to see."""

    version: str
    story: str
    numbers: tuple[str, ...]
    words: tuple[str, ...] = ()
    sees: Callable[[Applicant], bool] = lambda _: True

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order in which the model takes them."""
        return self.numbers + self.words


@dataclass(frozen=True, slots=True)
class Model:
    """A trained version."""

    recipe: Recipe
    pipeline: "Pipeline"


@dataclass(frozen=True, slots=True)
class Score:
    """Accuracy and area under the ROC curve, on `rows` rows."""

    rows: int
    accuracy: float
    auc: float


V1 = Recipe("v1", "two ratios of the loan", _RATIOS)
V2 = Recipe("v2", "every column but the applicant's race", _NUMBERS, _WORDS)
V3 = Recipe(
    "v3",
    "v2 trained anew, on an export without the self-employed",
    _NUMBERS,
    _WORDS,
    sees=lambda applicant: applicant["selfemp"] == "no",
)
RECIPES = (V1, V2, V3)


def train(recipe: Recipe, rows: Sequence[Applicant]) -> Model:
    """Fit on the rows that the recipe sees."""
    seen = [row for row in rows if recipe.sees(row)]
    return Model(recipe, pipeline(recipe).fit(table(recipe, seen), denied(seen)))


def pipeline(recipe: Recipe, *, balanced: bool = False) -> "Pipeline":
    """Make a logistic regression; words are one-hot encoded, and a word never seen is an error, not a guess.

    Where it is ``balanced``, denials weigh as much as approvals, though they are fewer.
    """
    from sklearn.compose import ColumnTransformer  # noqa: PLC0415 - see the module
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - see the module
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - see the module
    from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: PLC0415 - see the module

    prepare = ColumnTransformer(
        [
            ("numbers", StandardScaler(), list(range(len(recipe.numbers)))),
            ("words", OneHotEncoder(handle_unknown="error"), list(range(len(recipe.numbers), len(recipe.columns)))),
        ]
    )
    weights = "balanced" if balanced else None
    return make_pipeline(prepare, LogisticRegression(max_iter=1000, class_weight=weights))


def evaluate(model: Model, rows: Sequence[Applicant]) -> Score:
    """Score as the model's author would: on rows of the export that the model was made from."""
    from sklearn.metrics import accuracy_score, roc_auc_score  # noqa: PLC0415 - see the module

    seen = [row for row in rows if model.recipe.sees(row)]
    true = denied(seen)
    probabilities = chances(model, seen)
    return Score(
        rows=len(seen),
        accuracy=float(accuracy_score(true, probabilities > 0.5)),
        auc=float(roc_auc_score(true, probabilities)),
    )


def chances(model: Model, rows: Sequence[Applicant]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Tell how likely each is to be denied, as the model has it."""
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = model.pipeline.predict_proba(table(model.recipe, rows))[
        :, 1
    ]
    return found


def train_all(data: Split) -> tuple[Model, ...]:
    """Train the three versions."""
    return tuple(train(recipe, data.training) for recipe in RECIPES)


def table(recipe: Recipe, rows: Sequence[Applicant]) -> "np.ndarray[tuple[int, int], np.dtype[np.object_]]":
    """Put the recipe's columns side by side."""
    return np.array([[row[column] for column in recipe.columns] for row in rows], dtype=object)


def denied(rows: Sequence[Applicant]) -> "np.ndarray[tuple[int], np.dtype[np.int_]]":
    """Tell who was denied: 1, else 0."""
    return np.array([int(row["deny"] == "yes") for row in rows])
