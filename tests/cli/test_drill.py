"""Drills on a world in memory: everything but Terraform is the program's own."""

from __future__ import annotations

import json
import os
import signal
from argparse import Namespace
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from cli.connect import Site
from cli.drill.command import drill
from cli.drill.serving import DeployError
from cli.exits import Exit, RefusedError
from lambdas.control.take_back import take_back
from lambdas.rollout.plan import FULL
from lambdas.rollout.shadow.summary import Summary
from lambdas.rollout.state import Kind, Phase
from tests.cli import histories
from tests.cli.terminal import WHO, serinus
from tests.infra.specs import PROGRESSIVE, changed
from tests.onlookers import MemoryHistory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.answer import Answer
    from infra.spec import Environment
    from lambdas.rollout.live import Live
    from lambdas.rollout.release import Release
    from lambdas.rollout.state import Entry
    from tests.fakes import FakeWorld

WITHIN = 1_800
CANARY = """\
    canary:
      version: v2
      framework: {name: xgboost, version: "1.7-1"}
      model_data: s3://models/v2.tar.gz
"""
DRILL = f"""\
    drill:
      canary: {{version: saboteur, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bad:1"}}
      within: {WITHIN}s
"""
FILE = changed(PROGRESSIVE, CANARY, DRILL)
ALONE = replace(histories.PAIR, canary=None, plan=None, pair="ffff0000", alarms=())
BROKEN, HEALTHY = (0.4, 0.02), (0.02, 0.02)
ALARM = "alarm serinus.prod.mortgage.canary.error_rate"


@dataclass
class Fire:
    """An endpoint that stable serves alone and many ask, and Terraform as a drill uses it.

    ``during`` are things that happen in a part of Terraform's work, ``waiting`` between two looks.
    """

    folder: Path
    rates: tuple[float, float] = BROKEN
    text: str = FILE
    release: Release = histories.PAIR
    changes: bool = False
    lost: bool = False
    done: list[str] = field(default_factory=list)
    during: dict[str, Callable[[], None]] = field(default_factory=dict)
    waiting: Callable[[], None] = lambda: None
    version: str = ""

    def __post_init__(self) -> None:
        self.traffic = histories.Traffic(lambda _: self.rates)
        self.traffic.deploy(ALONE)
        self.traffic.pass_time(1_200)
        self.began = self.fakes.time
        (self.folder / "prod.yaml").write_text(self.text)

    def make(self, asked: Environment, drilled: Environment, log: Path) -> Fire:
        assert [endpoint.canary for endpoint in asked.endpoints] == [None]
        (canary,) = [endpoint.canary for endpoint in drilled.endpoints]
        assert canary
        assert log.parent.is_dir()
        self.version = canary.version
        return self

    def pending(self) -> bool:
        self.during.get("pending", lambda: None)()
        return self.changes

    def sabotage(self) -> None:
        self._do("sabotage")
        release = replace(self.release, canary=self.version)
        if self.lost:
            self.fakes.ledger.releases["mortgage"] = release
        else:
            self.traffic.deploy(release)

    def restore(self) -> None:
        self._do("restore")
        self.traffic.deploy(ALONE)

    def _do(self, part: str) -> None:
        self.done.append(part)
        self.during.get(part, lambda: None)()

    def wait(self, seconds: float) -> None:
        self.waiting()
        if self.traffic.look() is None:
            self.traffic.pass_time(seconds)

    def at(self, seconds: float, happens: Callable[[], object]) -> Callable[[], None]:
        """Let something happen once, some seconds into the drill."""
        due = [self.began + seconds]

        def look() -> None:
            if due and self.fakes.time >= due[0]:
                due.clear()
                happens()

        return look

    def taken_back(self, cause: str, reason: str) -> None:
        take_back(self.fakes.world, "mortgage", cause=cause, reason=reason)

    def silence(self) -> None:
        """Let CloudWatch have nothing of the canary, as where nobody asks it."""
        for name in ("Invocations", "Invocation5XXErrors", "InvocationModelErrors"):
            self.fakes.metrics.values["canary", name] = {}

    def drill(self) -> tuple[int, dict[str, Any]]:
        answer = self._drill()
        filed: dict[str, Any] = json.loads((self.folder / "evidence" / "drill.json").read_text())
        assert filed == answer.document
        return answer.code, filed

    def refusal(self) -> RefusedError:
        """Drill where that is refused: nothing is touched, and Ctrl-C is what it was."""
        revision, handler = self.fakes.ledger.load("mortgage").revision, signal.getsignal(signal.SIGINT)
        with pytest.raises(RefusedError) as refused:
            self._drill()
        assert (self.done, self.fakes.ledger.load("mortgage").revision) == ([], revision)
        assert signal.getsignal(signal.SIGINT) is handler
        return refused.value

    def _drill(self) -> Answer:
        world, history = self.fakes.world, MemoryHistory()
        site = Site("prod", ("mortgage",), world, lambda: WHO, history, lambda *_: Summary())
        file, out = self.folder / "prod.yaml", self.folder / "evidence"
        asked = Namespace(environment=str(file), endpoint=None, out=out, json=False)
        return drill(site, asked, self.make, self.wait)

    @property
    def fakes(self) -> FakeWorld:
        return self.traffic.fakes

    @property
    def live(self) -> Live:
        return self.fakes.endpoints.lives["mortgage"]

    @property
    def rollback(self) -> Entry:
        return next(entry for entry in self.fakes.ledger.entries if entry.kind is Kind.ROLL_BACK)

    @property
    def phase(self) -> Phase:
        return self.fakes.ledger.entries[-1].phase


def _fail(sentence: str) -> None:
    raise DeployError(sentence)


def _missing(program: str) -> None:
    raise FileNotFoundError(2, "No such file or directory", program)


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
    fire.during["sabotage"] = lambda: _fail("no capacity")
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["put_back"]) == (Exit.DRILL_FAILED, "not_deployed", True)
    assert fire.done == ["sabotage", "restore"]
    assert filed["sentences"] == ["NOTHING WAS SHOWN: no capacity"]


def test_what_breaks_while_it_looks_is_put_back_all_the_same(tmp_path: Path) -> None:
    fire = Fire(tmp_path, rates=HEALTHY)
    fire.waiting = fire.at(300, lambda: _fail("the network is down"))
    code, filed = fire.drill()
    assert (code, filed["put_back"], filed["troubles"]) == (Exit.DRILL_FAILED, True, ["the network is down"])
    assert fire.phase is Phase.ROLLED_BACK


def test_a_rollout_that_begins_while_it_is_put_back_is_aborted_and_put_back_again(tmp_path: Path) -> None:
    fire = Fire(tmp_path, lost=True)

    def begins() -> None:
        fire.during.clear()
        fire.traffic.deploy(replace(histories.PAIR, canary=fire.version))
        _fail(f"{fire.traffic.rollout.title} on mortgage is PENDING at 0 %")

    fire.during["sabotage"] = lambda: os.kill(os.getpid(), signal.SIGINT)
    fire.during["restore"] = begins
    code, filed = fire.drill()
    assert (code, filed["put_back"], filed["troubles"]) == (Exit.INTERRUPTED, True, [])
    assert fire.done == ["sabotage", "restore", "restore"]
    assert fire.phase is Phase.ROLLED_BACK
    assert fire.live.pair == ALONE.pair


def test_an_endpoint_that_cannot_be_put_back_is_told_loudest(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.during["restore"] = lambda: _fail("no capacity")
    code, filed = fire.drill()
    assert (code, filed["ending"], filed["passed"], filed["put_back"]) == (Exit.NOT_PUT_BACK, "passed", False, False)
    assert filed["sentences"][1].startswith("THE ENDPOINT IS NOT AS BEFORE: no capacity. Run `serinus status prod")


def test_an_endpoint_that_is_not_as_before_is_told_though_aws_answers_nothing_any_more(tmp_path: Path) -> None:
    fire = Fire(tmp_path)

    def expire() -> None:
        fire.fakes.metrics.broken = True
        _fail("the credentials have expired")

    fire.during["restore"] = expire
    code, filed = fire.drill()
    assert (code, filed["put_back"], filed["report"]) == (Exit.NOT_PUT_BACK, False, None)
    assert filed["troubles"] == ["the credentials have expired", "CloudWatch does not answer"]


def test_terraform_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    fire.during["pending"] = lambda: _missing("terraform")
    refused = fire.refusal()
    assert (refused.code, "terraform" in refused.sentence) == (Exit.AWS, True)
    assert refused.fix.startswith("nothing was touched")


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


def test_a_saboteur_is_never_promoted(tmp_path: Path) -> None:
    fire = Fire(tmp_path)
    plans: list[Any] = []

    def make(asked: Environment, drilled: Environment, log: Path) -> Fire:
        plans.extend(each.endpoints[0].rollout for each in (asked, drilled))
        return fire.make(asked, drilled, log)

    site = Site("prod", ("mortgage",), fire.fakes.world, lambda: WHO, MemoryHistory(), lambda *_: Summary())
    asked = Namespace(environment=str(tmp_path / "prod.yaml"), endpoint=None, out=tmp_path / "e", json=False)
    drill(site, asked, make, fire.wait)
    before, after = (rollout.plan for rollout in plans)
    assert [step.weight for step in after.steps if not step.approval] == [100, 5_000]
    assert (after.steps[-1].weight, after.steps[-1].approval) == (FULL, True)
    assert (after.steps[:-1], after.guardrails) == (before.steps[:-1], before.guardrails)
