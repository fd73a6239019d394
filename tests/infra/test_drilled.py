"""What a drill deploys, and how long it has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from infra.content import pair, shape
from infra.spec import load
from infra.spec.drilled import bound, drilled
from tests.infra.specs import PROGRESSIVE, changed

if TYPE_CHECKING:
    from pathlib import Path

    from infra.spec import Endpoint, Environment

DRILL = """\
    drill:
      canary:
        version: saboteur
        framework: {name: xgboost, version: "1.7-1"}
        model_data: s3://models/bad.tar.gz
    rollout:
"""
BUDGET = "      budget: {time_to_rollback_p95: 25m}\n"


def loaded(folder: Path, more: str = "", within: str = "") -> Environment:
    text = changed(PROGRESSIVE, "    rollout:\n", DRILL.replace("    rollout:\n", f"{within}    rollout:\n"))
    (folder / "prod.yaml").write_text(text + more)
    return load(folder / "prod.yaml")


def endpoint(environment: Environment) -> Endpoint:
    return environment.endpoints[0]


@pytest.mark.parametrize(
    ("more", "within", "seconds"),
    [("", "", 4 * 600), (BUDGET, "", 25 * 60), (BUDGET, "      within: 15m\n", 15 * 60)],
    ids=["the first step's max_bake", "the budget's promise", "what is written"],
)
def test_the_bound_is_what_is_written_or_the_budgets_or_the_first_steps(
    tmp_path: Path, more: str, within: str, seconds: int
) -> None:
    assert bound(endpoint(loaded(tmp_path, more, within))) == seconds


def test_a_saboteur_has_its_image_from_the_registry_as_any_canary(tmp_path: Path) -> None:
    drill = endpoint(loaded(tmp_path)).drill
    assert drill
    assert "xgboost" in drill.canary.image


def test_a_drill_changes_the_canary_and_an_approval_and_nothing_else(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    after = drilled(before, "mortgage", "saboteur-1")
    canary = endpoint(after).canary
    assert canary
    assert (canary.version, canary.model_data) == ("saboteur-1", "s3://models/bad.tar.gz")
    kept = replace(endpoint(after), canary=endpoint(before).canary, rollout=endpoint(before).rollout)
    assert replace(after, endpoints=(kept,)) == before


def test_permission_to_drill_changes_nothing_that_is_deployed(tmp_path: Path) -> None:
    with_drill = endpoint(loaded(tmp_path))
    without = replace(with_drill, drill=None)
    assert (pair(with_drill), shape(with_drill)) == (pair(without), shape(without))
