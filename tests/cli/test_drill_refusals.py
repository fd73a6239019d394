"""What a drill refuses before it touches anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.exits import Exit
from tests.cli.fire import CANARY, DRILL, FILE, Fire, missing
from tests.cli.terminal import serinus
from tests.infra.specs import changed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("new", "code", "said", "fix"),
    [
        ("", Exit.USAGE, " allows no drill", "add drill: "),
        (f"{CANARY}{DRILL}", Exit.NOTHING, ".canary is there", "take it out"),
        (f"    force: stuck for hours\n{DRILL}", Exit.NOTHING, ".force is there", "take it out"),
    ],
    ids=["no permission", "a canary in the file", "an override in the file"],
)
def test_a_file_that_does_not_allow_it_is_refused(tmp_path: Path, new: str, code: Exit, said: str, fix: str) -> None:
    refused = Fire(tmp_path, text=changed(FILE, DRILL, new)).refusal()
    assert refused.code == code
    assert refused.sentence.startswith(f"{tmp_path / 'prod.yaml'}: endpoints.mortgage{said}")
    assert refused.fix.startswith(fix)


def test_the_command_tells_a_refusal_with_its_fix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fire = Fire(tmp_path, text=changed(FILE, DRILL, ""))
    said = serinus(fire.fakes.world, "drill", str(tmp_path / "prod.yaml"), "--json", "--out", str(tmp_path))
    assert (said.code, said.document["error"]["code"]) == (Exit.USAGE, Exit.USAGE)
    assert "fix: add drill: {canary: …} to endpoints.mortgage in " in capsys.readouterr().err


def test_what_is_not_at_rest_is_refused(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.traffic.deploy()
    refused = fire.refusal()
    assert (refused.code, refused.sentence) == (Exit.NOTHING, "rollout 1 (2026.11) on mortgage is PENDING")
    assert "serinus abort prod mortgage" in refused.fix


def test_what_is_not_deployed_is_refused(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.fakes.endpoints.lives.clear()
    assert fire.refusal().sentence == "mortgage is not deployed"


def test_what_nobody_asks_is_refused(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.fakes.metrics.tables.clear()
    refused = fire.refusal()
    assert refused.code == Exit.NOTHING
    assert refused.sentence.startswith("nobody has asked mortgage for 15 minutes")


def test_a_file_that_is_not_deployed_is_refused(tmp_path: Path) -> None:
    refused = Fire(tmp_path, changes=True).refusal()
    assert (refused.code, refused.sentence) == (Exit.NOTHING, "prod.yaml asks for changes that are not deployed")


def test_terraform_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.during["pending"] = lambda: missing("terraform")
    refused = fire.refusal()
    assert (refused.code, "terraform" in refused.sentence) == (Exit.AWS, True)
    assert refused.fix.startswith("nothing was touched")
