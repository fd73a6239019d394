"""What the judge sees and what it lets pass, in the sandbox: models that differ in their pace, real traffic.

The alarms are out of the way (far above anything that happens here), so whatever is taken back is the judge's doing.
"""

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from rich.console import Console

from demo.deploy import deploy
from demo.edit import Document, add_canary, edit, set_value
from demo.follow import follow
from demo.scene import ENVIRONMENT, Scene, scene
from infra.spec import load
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.names import ledger_table
from lambdas.rollout.state import Entry, Kind, Phase, Rollout
from tests.e2e.pace.models import MODELS, SERVER, rows
from tests.stacks.terraform import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(1200)]

NAME = "mortgage"
RATE = 40.0
FAR = {"breaches": 2, "periods": 2, "min_requests": 20}
ROLLOUT = {
    "mode": "progressive",
    "steps": [{"weight": "50%", "bake": "2m", "max_bake": "6m"}, {"weight": "100%", "bake": "30s"}],
    "guardrails": [
        {"metric": "error_rate", "negligible": "5%", "alarm_above": "60%", "alarm": FAR},
        {"metric": "latency", "margin": 1.05, "detect": 1.5, "alarm_above": 20, "alarm": FAR},
    ],
    "deployment": {"baking": "0s", "timeout": "10m"},
}


class Stage:
    """The scene with what the tests look at."""

    def __init__(self, here: Scene) -> None:
        self.here = here
        self.terraform = Terraform(here.home, here.workshop.env)
        self.ledger = DynamoDBLedger(boto3.Session().client("dynamodb"), ledger_table(ENVIRONMENT))

    def start(self, version: str) -> None:
        """Deploy a canary beside stable."""
        edit(self.here.file, _without_canary, add_canary(NAME, version))
        self.terraform.synth(load(self.here.file))
        self.terraform.applied(f"{ENVIRONMENT}-serving")

    def follow(self) -> Rollout:
        return follow(ENVIRONMENT, NAME, Console(file=io.StringIO()), patience=400)

    def entries(self, kind: Kind) -> list[Entry]:
        rollout = self.ledger.load(NAME).rollout
        assert rollout
        return [entry for entry in self.ledger.history(NAME, rollout.number) if entry.kind is kind]

    def weight(self) -> int:
        live = self.ledger.load(NAME).rollout
        return live.weight if live and live.serving_since else 0


def _without_canary(document: Document) -> None:
    document["endpoints"][NAME].pop("canary", None)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("judge") / "home"
    with scene(home, SERVER) as here:
        here.publish({model.version: model.archive for model in MODELS})
        edit(here.file, set_value("endpoints", NAME, "rollout", to=ROLLOUT))
        deploy(here.workshop, f"{ENVIRONMENT}-*", home / "deploy.log")
        yield Stage(here)


@contextlib.contextmanager
def _everyday(stage: Stage) -> Iterator[None]:
    with stage.here.traffic(rows(failing=1), RATE):
        yield


def _eventually(condition: Callable[[], Any], timeout: float = 120) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout} s"
        time.sleep(0.2)


@pytest.mark.parametrize("version", ["slower", "sometimes-slow"])
def test_a_slow_canary_is_taken_back_by_the_judge(stage: Stage, version: str) -> None:
    with _everyday(stage):
        stage.start(version)
        rollout = stage.follow()
    assert (rollout.canary, rollout.phase) == (version, Phase.ROLLED_BACK)
    first = stage.entries(Kind.ROLL_BACK)[0]
    assert (first.cause, first.weight) == ("workflow", 0)
    assert "the canary's latency is higher" in first.reason
    assert {v.guardrail: v.outcome for v in first.verdicts}["latency_p95"] is Outcome.FAIL
    assert {v.guardrail: v.outcome for v in first.verdicts}["error_rate"] is not Outcome.FAIL


def test_a_healthy_canary_goes_on_through_an_incident_that_hits_both_arms(stage: Stage) -> None:
    with _everyday(stage):
        stage.start("alike")
        _eventually(lambda: stage.weight() == 5_000)
        seen = stage.here.answers()
    with stage.here.traffic(rows(failing=10), RATE):
        _eventually(lambda: len(stage.here.answers()) > len(seen) + 20 * RATE)
    with _everyday(stage):
        rollout = stage.follow()
    assert (rollout.canary, rollout.phase) == ("alike", Phase.PROMOTED)
    during = stage.here.answers()[len(seen) : len(seen) + round(20 * RATE)]
    failed = {
        variant: [a.failed for a in during if a.model == model]
        for variant, model in (("canary", "alike"), ("stable", "v1"))
    }
    assert all(sum(answers) > 0.05 * len(answers) > 5 for answers in failed.values()), failed
