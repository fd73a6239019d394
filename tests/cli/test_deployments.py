"""`history` of what SageMaker did by itself."""

from __future__ import annotations

import pytest

from cli.exits import Exit
from lambdas.control.witness import witness
from tests.cli.terminal import serinus
from tests.onlookers import ENDPOINT, Watched, deployment


@pytest.fixture
def watched() -> Watched:
    """Two deployments: one went through, one was taken back."""
    watched = Watched()
    for shown in (*deployment("a", "b", 1_000.0), *deployment("b", "c", 2_000.0, back=True)):
        watched.looks.now = shown
        witness(watched.onlooker, shown)
    return watched


def test_the_latest_deployment_is_told_with_its_reason(watched: Watched) -> None:
    said = serinus(watched.fakes.world, "history", "prod", endpoints=(ENDPOINT,), native=watched.history)
    assert said.code == Exit.FINE
    assert "documents in prod: deployment 2 by SageMaker, b to c: ROLLED_BACK" in said.out
    assert "SageMaker rolled back: b serves as before. alarms fired" in said.out
    assert "Baking" not in said.out
    assert "2 stages that moved no traffic are left out" in said.out


def test_one_is_told_by_its_number_and_with_all_its_stages(watched: Watched) -> None:
    asked = ("history", "prod", "--deployment", "1", "--all")
    said = serinus(watched.fakes.world, *asked, endpoints=(ENDPOINT,), native=watched.history)
    assert "b serves everything" in said.out
    assert "new fleet: Baking 2 instance(s)." in said.out


def test_its_document_is_like_a_rollouts(watched: Watched) -> None:
    said = serinus(watched.fakes.world, "history", "prod", "--json", endpoints=(ENDPOINT,), native=watched.history)
    assert (said.document["deployment"], said.document["before"], said.document["phase"]) == (2, "b", "ROLLED_BACK")
    assert [entry["kind"] for entry in said.document["entries"]] == [
        *("BEGIN", "HOLD", "ADVANCE", "HOLD", "ROLL_BACK", "ROLL_BACK"),
    ]
    assert {entry["cause"] for entry in said.document["entries"]} == {"SageMaker"}


@pytest.mark.parametrize(("number", "known"), [("3", True), ("1", False)])
def test_what_there_is_not_is_refused(watched: Watched, number: str, known: bool) -> None:  # noqa: FBT001 - a case
    history = watched.history if known else Watched().history
    asked = ("history", "prod", "--deployment", number)
    assert serinus(watched.fakes.world, *asked, endpoints=(ENDPOINT,), native=history).code == Exit.NOTHING
