"""`history` of what SageMaker did by itself."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

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


@pytest.mark.parametrize(
    ("deployments", "headline", "share"),
    [
        ([("a", "b", 1_000.0, False)], "SageMaker replaced the fleet", "new fleet 100 %"),
        ([("a", "b", 1_000.0, False), ("b", "c", 2_000.0, True)], "SageMaker rolled back", "new fleet 0 %"),
    ],
)
def test_its_report_is_a_page_and_a_picture(
    deployments: list[tuple[str, str, float, bool]], headline: str, share: str, tmp_path: Path
) -> None:
    watched = Watched()
    for before, after, began, back in deployments:
        for shown in deployment(before, after, began, back=back):
            watched.looks.now = shown
            witness(watched.onlooker, shown)
    asked = ("report", "prod", "--svg", "--json", "--out", str(tmp_path))
    said = serinus(watched.fakes.world, *asked, endpoints=(ENDPOINT,), native=watched.history)
    page, picture = (Path(said.document[key]).read_text() for key in ("report", "picture"))

    assert said.document["deployment"] == len(deployments)
    assert Path(said.document["report"]).name == f"prod-documents-deployment-{len(deployments)}.html"
    assert headline in page
    assert share in page
    assert "Configuration" in page
    assert not re.search(r"https?://|<script|src=", page)
    assert headline in ET.tostring(ET.fromstring(picture), encoding="unicode")


def test_a_report_of_an_endpoint_without_deployments_is_refused(tmp_path: Path) -> None:
    watched = Watched()
    asked = ("report", "prod", "--out", str(tmp_path))
    assert serinus(watched.fakes.world, *asked, endpoints=(ENDPOINT,), native=watched.history).code == Exit.NOTHING
    assert not list(tmp_path.iterdir())
