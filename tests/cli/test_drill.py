"""Drills on a world in memory, and how each ends."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cli.exits import Exit
from infra.spec import Progressive, load
from lambdas.rollout.plan import FULL
from lambdas.rollout.state import Phase
from tests.cli import histories
from tests.cli.fire import ALARM, ALONE, FILE, HEALTHY, WITHIN, Fire, fail
from tests.cli.terminal import WHO
from tests.infra.specs import changed

if TYPE_CHECKING:
    from pathlib import Path


def test_a_saboteur_that_is_found_in_time_passes_the_drill(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["passed"], filed["put_back"]) == (Exit.FINE, "passed", True, True)
    assert filed["version"] == fire.version == "saboteur-20261121-100000"
    assert filed["detected"]["by"] == "judge"
    assert 0 < filed["seconds"] <= filed["within"] == WITHIN
    assert filed["canary"]["bad"] > 0
    assert (fire.done, fire.live.pair, fire.live.canary_weight) == (["sabotage", "restore"], ALONE.pair, 0)
    assert "was rolled back" in (tmp_path / "evidence" / "prod-mortgage-1.html").read_text()


def test_a_saboteur_that_nobody_finds_is_aborted_removed_and_told_loudly(tmp_path: Path) -> None:
    fire = Fire(tmp_path, rates=HEALTHY)
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["passed"], filed["put_back"]) == (
        Exit.DRILL_FAILED, "undetected", False, True
    )  # fmt: skip
    assert filed["sentences"][0].startswith("NOT DETECTED: nobody took saboteur-20261121-100000 back within 30 min")
    assert filed["detected"] is None
    assert fire.rollback.cause == f"operator {WHO}"
    assert fire.rollback.reason == "a fire drill ends: nobody has taken its saboteur back"
    assert fire.phase is Phase.ROLLED_BACK
    assert (fire.live.pair, fire.live.canary_weight) == (ALONE.pair, 0)


def test_a_saboteur_that_nobody_asks_says_nothing_about_detection(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.during["sabotage"] = fire.silence
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["canary"]["total"]) == (Exit.DRILL_FAILED, "unasked", 0)
    assert filed["sentences"][0].startswith("NO REQUESTS CAME to saboteur-")
    assert fire.live.pair == ALONE.pair


def test_a_saboteur_that_is_found_in_time_and_leaves_too_late_fails_the_drill(tmp_path: Path) -> None:
    fire = Fire(tmp_path, rates=HEALTHY, text=changed(FILE, f"{WITHIN}s", "10m"))

    def found() -> None:
        fire.fakes.endpoints.fails = True  # weights are taken, and come to nothing
        fire.taken_back(ALARM, ALARM)
        fire.waiting = fire.at(700, works)

    def works() -> None:
        fire.fakes.endpoints.fails = False

    fire.waiting = fire.at(530, found)
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["put_back"]) == (Exit.DRILL_FAILED, "late", True)
    assert filed["detected"]["by"] == "alarm"
    assert filed["seconds"] > filed["within"] == 600
    assert filed["sentences"][0].startswith("TOO LATE: an alarm found saboteur-")


def test_a_saboteur_that_is_found_as_a_shadow_passes_and_answers_nobody(tmp_path: Path) -> None:
    fire = Fire(tmp_path, rates=HEALTHY, release=histories.SHADOWED)
    fire.traffic.differing = 0.2
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["detected"]["by"]) == (Exit.FINE, "passed", "judge")
    assert {entry.live_weight for entry in fire.fakes.ledger.entries} <= {None, 0}
    assert "disagree" in filed["detected"]["reason"]


def test_somebody_elses_abort_is_no_detection(tmp_path: Path) -> None:
    fire = Fire(tmp_path, rates=HEALTHY)
    fire.waiting = fire.at(300, lambda: fire.taken_back(f"operator {WHO}", "alarm bells in the office"))
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["detected"]) == (Exit.DRILL_FAILED, "otherwise", None)
    assert "alarm bells in the office" in filed["sentences"][0]


def test_a_workflow_that_fails_is_no_detection(tmp_path: Path) -> None:
    fire = Fire(tmp_path, rates=HEALTHY)
    fire.waiting = fire.at(300, lambda: fire.taken_back("workflow", "the rollout's workflow failed: Boom"))
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["detected"]) == (Exit.DRILL_FAILED, "otherwise", None)


def test_a_rollout_that_never_begins_is_told_as_such(tmp_path: Path) -> None:
    fire = Fire(tmp_path, lost=True)
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["rollout"]) == (Exit.DRILL_FAILED, "not_begun", None)
    assert filed["put_back"]
    assert filed["report"] is None


def test_a_deploy_that_fails_is_put_back_all_the_same(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.during["sabotage"] = lambda: fail("no capacity")
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["put_back"]) == (Exit.DRILL_FAILED, "not_deployed", True)
    assert fire.done == ["sabotage", "restore"]
    assert filed["sentences"] == ["NOTHING WAS SHOWN: no capacity"]


def test_what_breaks_while_it_looks_is_put_back_all_the_same(tmp_path: Path) -> None:
    fire = Fire(tmp_path, rates=HEALTHY)
    fire.waiting = fire.at(300, lambda: fail("the network is down"))
    code, filed = fire.drill()
    assert (code, filed["put_back"], filed["troubles"]) == (Exit.DRILL_FAILED, True, ["the network is down"])
    assert fire.phase is Phase.ROLLED_BACK


def test_a_rollout_that_begins_while_it_is_put_back_is_aborted_and_put_back_again(tmp_path: Path) -> None:
    fire = Fire(tmp_path, lost=True)

    def begins() -> None:
        fire.during.clear()
        fire.traffic.deploy(replace(histories.PAIR, canary=fire.version))
        fail(f"{fire.traffic.rollout.title} on mortgage is PENDING at 0 %")

    fire.during["sabotage"] = lambda: os.kill(os.getpid(), signal.SIGINT)
    fire.during["restore"] = begins
    code, filed = fire.drill()
    assert (code, filed["put_back"], filed["troubles"]) == (Exit.INTERRUPTED, True, [])
    assert fire.done == ["sabotage", "restore", "restore"]
    assert fire.phase is Phase.ROLLED_BACK
    assert fire.live.pair == ALONE.pair


def test_an_endpoint_that_cannot_be_put_back_is_told_loudest(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.during["restore"] = lambda: fail("no capacity")
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["passed"], filed["put_back"]) == (Exit.NOT_PUT_BACK, "passed", False, False)
    assert filed["sentences"][1].startswith("THE ENDPOINT IS NOT AS BEFORE: no capacity. Run `serinus status prod")


def test_an_endpoint_that_is_not_as_before_is_told_though_aws_answers_nothing_any_more(tmp_path: Path) -> None:
    fire = Fire(tmp_path)

    def expire() -> None:
        fire.fakes.metrics.broken = True
        fail("the credentials have expired")

    fire.during["restore"] = expire
    code, filed = fire.drill()
    assert (code, filed["put_back"], filed["report"]) == (Exit.NOT_PUT_BACK, False, None)
    assert filed["troubles"] == ["the credentials have expired", "CloudWatch does not answer"]


def test_a_way_back_that_leaves_something_to_do_is_none(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.during["restore"] = lambda: setattr(fire, "changes", True)
    code, filed = fire.drill()
    assert (code, filed["put_back"]) == (Exit.NOT_PUT_BACK, False)
    assert "Terraform would change something still" in filed["sentences"][1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_aborts_and_puts_back(tmp_path: Path, number: signal.Signals) -> None:
    fire, before = Fire(tmp_path, rates=HEALTHY), signal.getsignal(number)
    fire.waiting = fire.at(200, lambda: os.kill(os.getpid(), number))
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["put_back"]) == (Exit.INTERRUPTED, "interrupted", True)
    assert fire.done == ["sabotage", "restore"]
    assert fire.rollback.reason == "a fire drill ends: somebody has interrupted it"
    assert fire.phase is Phase.ROLLED_BACK
    assert signal.getsignal(number) is before


def test_ctrl_c_in_the_deploy_lets_it_end_and_then_puts_back(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.during["sabotage"] = lambda: os.kill(os.getpid(), signal.SIGINT)
    code, filed = fire.drill()
    assert (code, filed["put_back"], fire.done) == (Exit.INTERRUPTED, True, ["sabotage", "restore"])


def test_a_saboteur_is_never_promoted(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.drill()
    (before,) = load(tmp_path / "prod.yaml").endpoints
    assert isinstance(before.rollout, Progressive)
    assert isinstance(fire.drilled.rollout, Progressive)
    asked, obeyed = before.rollout.plan, fire.drilled.rollout.plan
    assert [step.weight for step in obeyed.steps if not step.approval] == [100, 5_000]
    assert (obeyed.steps[-1].weight, obeyed.steps[-1].approval) == (FULL, True)
    assert (obeyed.steps[:-1], obeyed.guardrails) == (asked.steps[:-1], asked.guardrails)
