"""A sticky rollout by the control plane's own actions, over the sandbox's AppConfig, SageMaker and CloudWatch."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from demo.traffic import send
from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.take_back import take_back
from lambdas.control.world import World
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Plan, Routing, Step
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.e2e.test_router import STAFF, USERS, Stage
from tests.examples import RELEASE
from tests.fakes import FakeNotifier, FakeWorkflow, MemoryLedger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting

PLAN = Plan(
    steps=(Step(5_000, 3, 120, flag="staff"), Step(5_000, 3, 120), Step(FULL, 3, 120)),
    guardrails=(ErrorRate(negligible=0.2),),
    routing=Routing.STICKY,
)


class Scene:
    """A control plane in this process, whose AWS is the sandbox; only the ledger is in memory."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.ledger = stage, MemoryLedger()
        self.world = World(
            ledger=self.ledger,
            outbox=self.ledger,
            endpoints=stage.endpoints,
            fleets=SageMakerEndpoints(stage.sandbox.client("sagemaker")),
            metrics=CloudWatchMetrics(stage.sandbox.client("cloudwatch"), 1, 1),
            workflow=FakeWorkflow(),
            notifier=FakeNotifier(),
            now=time.time,
            period=1.0,
            settle=2.0,
        )
        release = replace(RELEASE, endpoint=stage.endpoint, plan=PLAN, pair="", shape="", alarms=())
        self.ledger.releases[stage.endpoint] = release
        begin_rollout(self.world, stage.endpoint)

    @property
    def rollout(self) -> Rollout:
        found = self.ledger.load(self.stage.endpoint).rollout
        assert found is not None
        return found

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 120
        while not condition():
            assert time.monotonic() < deadline, self.ledger.entries[-1]
            advance(self.world, self.stage.endpoint)
            time.sleep(self.world.period)  # as the workflow does


@pytest.fixture
def stage(sandbox: Sandbox, hosting: Hosting) -> Iterator[Stage]:
    """Users of whom half are staff, asking at a steady rate."""
    made, over = Stage(sandbox, hosting), threading.Event()

    def ask(number: int, _due: float) -> None:
        made.ask(USERS[number % len(USERS)], STAFF if number % 2 else None)

    traffic = threading.Thread(target=send, args=(ask, 20.0, over))
    traffic.start()
    yield made
    over.set()
    traffic.join()


def test_users_meet_the_canary_step_by_step_and_sagemaker_takes_over(stage: Stage, hosting: Hosting) -> None:
    scene = Scene(stage)
    scene.until(lambda: scene.rollout.handing_over)
    assert {name: each["CurrentWeight"] for name, each in hosting.variants(stage.endpoint).items()} in (
        {STABLE: FULL, CANARY: 0},
        {STABLE: 0, CANARY: FULL},
    )
    scene.until(lambda: scene.rollout.phase.ended)
    assert scene.rollout.phase is Phase.PROMOTED
    weights = [entry.weight for entry in scene.ledger.entries if entry.kind is Kind.ADVANCE]
    assert weights == [5_000, 5_000, FULL, FULL]
    live = stage.endpoints.live(stage.endpoint)
    assert live is not None
    assert (live.routed, live.canary_weight) == (False, FULL)
    stage.reaches(dict.fromkeys(USERS, CANARY))


def test_a_way_back_puts_everybody_on_stable(stage: Stage) -> None:
    scene = Scene(stage)
    scene.until(lambda: scene.rollout.step == 1 and scene.rollout.serving_since is not None)
    stage.sandbox.eventually(lambda: {CANARY, STABLE} == set(stage.people().values()))
    take_back(scene.world, stage.endpoint, cause="operator", reason="abort")
    stage.reaches(dict.fromkeys(USERS, STABLE))
    scene.until(lambda: scene.rollout.phase.ended)
    assert scene.rollout.phase is Phase.ROLLED_BACK
