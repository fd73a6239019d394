"""What the commands say of guardrails on groups."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import pytest
from rich.console import Console

from cli.exits import Exit
from cli.explain.live import _bases
from cli.reckoned import simulated
from cli.snapshot import Snapshot
from cli.track import picture
from lambdas.rollout.guardrails import DisparateImpact, ErrorRate
from lambdas.rollout.judge.bench import split
from lambdas.rollout.judge.rate import RateTest
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from tests.cli import histories
from tests.cli.terminal import serinus
from tests.fakes import FakeWorld
from tests.infra.specs import FAIR
from tests.rollout.groups import ALL, plan

if TYPE_CHECKING:
    from pathlib import Path

_IMPACT = DisparateImpact("disparate_impact", ("race=black",), "race=white")
TRAFFIC = "    traffic: {requests_per_second: 400, error_rate: 1%}\n    rollout:\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    (tmp_path / "prod.yaml").write_text(FAIR.replace("    rollout:\n", TRAFFIC))
    return tmp_path


def test_explain_says_that_it_depends_on_the_groups_share(folder: Path) -> None:
    del folder
    said = serinus(FakeWorld().world, "explain", "prod", "mortgage", "--markdown")
    assert said.code == Exit.FINE
    assert (
        "Left out, as if they always passed: what compares groups (race=white, race=black, race=asian, sex=female,"
        " sex=male). What it sees depends on each group's share of the requests, which is not known; none passes"
        " before the canary has 50 to 100 of a group's answers."
    ) in said.out
    assert "--base NAME=SHARE" not in said.out
    assert "At 100 % stable serves nothing" not in said.out, "a disparate impact needs no stable"
    assert "demographic_parity[race=black] 0.0333 %" in said.out


def test_explain_takes_no_base_for_a_group(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del folder
    said = serinus(FakeWorld().world, "explain", "prod", "mortgage", "--base", "demographic_parity=20%")
    assert said.code == Exit.USAGE
    assert "no such guardrail on a rate" in capsys.readouterr().err


def test_explain_reads_nothing_of_groups_from_stables_day() -> None:
    nobody_to_ask = cast("Any", None)
    assert list(_bases(nobody_to_ask, plan(*ALL), 1.0)) == []


def test_watch_shows_a_line_for_each_group() -> None:
    traffic = histories.Traffic(lambda _: (0.02, 0.02))
    traffic.deploy()
    traffic.look()
    fakes = traffic.fakes
    state, live = fakes.ledger.load(histories.ENDPOINT), fakes.endpoints.live(histories.ENDPOINT)
    verdict = RateTest(_IMPACT, 0.01, 0.05).verdict([Table(0.0, Arm(800, 1_000), Arm(240, 500))])
    entry = fakes.ledger.history(histories.ENDPOINT, 1)[-1]._replace(verdicts=(verdict,))
    printed = io.StringIO()
    shown = picture(Snapshot("prod", histories.ENDPOINT, fakes.time, state, live, (entry,)))
    Console(file=printed, width=400).print(shown)
    assert (
        "FAIL: on the canary race=black gets a favourable answer 0.6 times as often as race=white"
        in printed.getvalue()
    )
    assert "stable 240" not in printed.getvalue(), "no arm of a pair is stable's"


def test_simulate_leaves_groups_out_and_says_so(folder: Path) -> None:
    del folder
    said = serinus(FakeWorld().world, "simulate", "prod", "mortgage", "--rollouts", "5")
    assert "without what compares groups, whose shares are not known" in said.out
    assert "disparate" not in said.out


def test_the_others_keep_their_parts_of_the_budget() -> None:
    whole = plan(ALL[0], ErrorRate(), ALL[3], ErrorRate(at_most=0.01), false_rollback=0.04)
    left, note = simulated(whole)
    assert note
    assert split(left) == pytest.approx({"error_rate": 0.01, "error_rate_at_most": 0.01})
    assert simulated(left) == (left, "")


def test_guardrails_on_groups_alone_are_not_simulated(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (folder / "prod.yaml").read_text()
    (folder / "prod.yaml").write_text(
        "\n".join(line for line in text.splitlines() if "metric: error_rate" not in line)
    )
    assert serinus(FakeWorld().world, "simulate", "prod", "mortgage", "--rollouts", "5").code == Exit.USAGE
    assert "no guardrail that is simulated: without what compares groups" in capsys.readouterr().err
