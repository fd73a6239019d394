"""Analysis by Athena in an environment's file, and what Athena is given of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from infra.analysed import analysed, database
from infra.spec import Analysis, Capture, load
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.infra.specs import PROGRESSIVE
from tests.stacks.keyed import KEY
from tests.stacks.specs import ENDPOINT

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = Schema({"income": Kind.NUMBER}, Predicted(score="risk", positive="yes"), ground_truth="s3://truths/all/")
ANALYSED = replace(
    ENDPOINT, name="Credit-EU", capture=Capture("s3://captures/here/"), schema=SCHEMA, analysis=Analysis("athena")
)
WRITTEN = """\
    capture: {to: s3://captures/here}
    schema: {columns: {income: number}, predicted: {score: risk, positive: "yes"}}
    analysis: %s
    rollout:
"""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("athena", Analysis("athena")),
        ("{engine: athena}", Analysis("athena")),
        (
            "{engine: athena, results: s3://results/of, limit: 2 TB}",
            Analysis("athena", "s3://results/of", 2 * 10**12),
        ),
        ("{engine: athena, limit: 500MB}", Analysis("athena", limit=5 * 10**8)),
    ],
)
def test_the_engines_name_alone_is_enough(tmp_path: Path, written: str, meant: Analysis) -> None:
    text = PROGRESSIVE.replace("    rollout:\n", WRITTEN % written, 1)
    (tmp_path / "prod.yaml").write_text(text, encoding="utf-8")
    (endpoint,) = load(tmp_path / "prod.yaml").endpoints
    assert endpoint.analysis == meant


def test_names_are_athenas_and_results_lie_beside_the_endpoints() -> None:
    found = analysed("prod-eu", ANALYSED)
    assert found
    assert (found.database, found.workgroup) == ("serinus_prod_eu", "serinus-prod-eu-Credit-EU")
    assert (found.captures, found.truths) == ("captures_credit_eu", "truths_credit_eu")
    assert {name: table.location for name, table in found.tables.items()} == {
        "captures_credit_eu": "s3://captures/here/Credit-EU/",
        "truths_credit_eu": "s3://truths/all/Credit-EU/",
    }
    assert found.results == "s3://captures/here/athena.results/prod-eu/Credit-EU/"
    assert (found.limit, found.key) == (10**11, None)


def test_a_place_of_ones_own_and_a_key_are_taken() -> None:
    found = analysed("prod", replace(ANALYSED, kms_key=KEY, analysis=Analysis("athena", "s3://results")))
    assert found
    assert (found.results, found.key) == ("s3://results/", KEY)


def test_without_truths_there_is_no_table_of_them() -> None:
    found = analysed("prod", replace(ANALYSED, schema=replace(SCHEMA, ground_truth=None)))
    assert found
    assert (found.truths, list(found.tables)) == (None, ["captures_credit_eu"])


def test_what_is_not_analysed_has_nothing_at_athena() -> None:
    assert analysed("prod", replace(ANALYSED, analysis=None)) is None
    assert database("prod") == "serinus_prod"
