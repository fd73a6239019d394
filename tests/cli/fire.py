"""What a drill is tried on: an endpoint in memory; everything but Terraform is the program's own."""

from __future__ import annotations

import json
import signal
from argparse import Namespace
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from cli.connect import Site
from cli.drill.command import drill
from cli.drill.serving import DeployError
from cli.exits import RefusedError
from lambdas.control.take_back import take_back
from lambdas.rollout.shadow.summary import Summary
from lambdas.rollout.state import Kind, Phase
from tests.cli import histories
from tests.cli.terminal import WHO
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
        self.version, self.drilled = canary.version, drilled.endpoints[0]
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


def fail(sentence: str) -> None:
    raise DeployError(sentence)


def missing(program: str) -> None:
    raise FileNotFoundError(2, "No such file or directory", program)
