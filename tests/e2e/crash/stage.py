"""Many small endpoints in one environment, deployed once by Terraform, each with a canary from the first day."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from argparse import Namespace
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3

from cli.connect import Site, deployed
from cli.operate import abort
from demo.scene import using
from infra.providers import variables
from infra.spec import Deployment, Instance, ModelVersion, Progressive
from infra.spec.endpoint import Endpoint
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.native import DynamoDBHistory
from lambdas.adapters.world import world
from lambdas.rollout.guardrails import Alarm, ErrorRate
from lambdas.rollout.names import function, ledger_table, workflow
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.shadow.summary import Summary
from lambdas.rollout.state import Kind
from sandbox.server import Running, start
from tests.e2e.between import CONTROL, between
from tests.e2e.killed import at_work
from tests.e2e.letters import heard
from tests.stacks.specs import environment
from tests.stacks.terraform import Terraform
from tests.stacks.test_deploy import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from infra.spec import Environment
    from lambdas.rollout.state import Entry, Rollout
    from tests.e2e.crash.killer import Killer

ENVIRONMENT = "test"
FUNCTIONS = ("begin", "advance", "rollback")
MODEL_SERVER = Path(__file__).parents[2] / "sandbox" / "sagemaker" / "model_server.py"
IMAGE = "serinus/good:1"

_ALARM = Alarm(breaches=1, periods=1, min_requests=5)
QUICK = Plan(
    steps=(Step(weight=5_000, bake=10, max_bake=120), Step(weight=10_000, bake=10, max_bake=120)),
    guardrails=(ErrorRate(negligible=0.5, alarm=_ALARM),),
)
PATIENT = replace(QUICK, steps=(Step(weight=5_000, bake=10, max_bake=7_200), QUICK.steps[1]))
SLOW = replace(QUICK, steps=(Step(weight=5_000, bake=3_600, max_bake=7_200), QUICK.steps[1]))


def endpoint(name: str, plan: Plan) -> Endpoint:
    """An endpoint whose stable says "one" and whose canary says "two"."""
    stable = ModelVersion("v1", image=IMAGE, environment={"SAYS": "one"})
    return Endpoint(
        name=name,
        stable=stable,
        canary=replace(stable, version="v2", environment={"SAYS": "two"}),
        rollout=Progressive("progressive", plan, Deployment(baking=0, timeout=600)),
        instance=Instance("ml.m5.large", 1),
    )


class Traffic:
    """Requests to endpoints until the block ends; counts who answered."""

    def __init__(self) -> None:
        self.answers: dict[str, Counter[str]] = defaultdict(Counter)
        self._done = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, every: float) -> None:
        """Ask an endpoint every so many seconds."""
        self._threads.append(threading.Thread(target=self._ask, args=(name, every), daemon=True))
        self._threads[-1].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _ask(self, name: str, every: float) -> None:
        runtime: Any = boto3.Session().client("sagemaker-runtime")
        while not self._done.wait(every):
            try:
                answer = runtime.invoke_endpoint(EndpointName=name, Body=b"{}", ContentType="application/json")
                self.answers[name][str(json.loads(answer["Body"].read())["says"])] += 1
            except Exception as error:  # noqa: BLE001 - whatever a caller meets is what is counted
                self.answers[name][f"failed: {error}"] += 1


@dataclass(frozen=True)
class Stage:
    """What the tests act on and look at."""

    running: Running
    terraform: Terraform
    killer: Killer
    traffic: Traffic
    sagemaker: Any
    ledger: DynamoDBLedger
    heard: Callable[[], list[dict[str, str]]]
    until_the_end: contextlib.ExitStack

    def rollout(self, name: str) -> Rollout:
        found = self.ledger.load(name).rollout
        assert found, f"no rollout on {name}"
        return found

    def history(self, name: str) -> tuple[Entry, ...]:
        return tuple(self.ledger.history(name, self.rollout(name).number))

    def story(self, name: str) -> str:
        """Tell where it was killed and what became of it."""
        killed = [str(kill) for kill in self.killer.done[name]]
        left = [str(kill) for kill in self.killer.left(name)]
        history = [f"{entry.at:.1f} {entry.kind} {entry.cause}: {entry.reason}" for entry in self.history(name)]
        return "\n".join([f"killed: {killed}", f"not killed: {left}", *history])

    def workflows(self, name: str = "") -> list[str]:
        """Tell how the executions stand, of one endpoint or of all."""
        machine = f"arn:aws:states:eu-west-1:123456789012:stateMachine:{workflow(ENVIRONMENT)}"
        pages = (
            boto3.Session().client("stepfunctions").get_paginator("list_executions").paginate(stateMachineArn=machine)
        )
        found = [execution for page in pages for execution in page["executions"]]
        return [execution["status"] for execution in found if execution["name"].startswith(name)]

    def await_ends(self, names: Iterable[str], timeout: float) -> None:
        """Wait until the rollouts of these endpoints have ended, and people were told."""
        for name in names:
            eventually(partial(self.ended, name), timeout)
            eventually(partial(self.rests, name), timeout)

    def untold(self, name: str) -> list[str]:
        """Tell which decisions people have not heard of: each once at least."""
        heard = Counter(each["Subject"] for each in self.heard())
        phases = Counter(
            f"{entry.phase} at {entry.weight / 100:g} %"
            for entry in self.history(name)
            if entry.kind is not Kind.HOLD
        )
        told = Counter(
            {words: sum(heard[s] for s in heard if s.startswith(f"{name}:") and words in s) for words in phases}
        )
        return [*(phases - told).elements(), *(each.subject for each in self.ledger.waiting(name))]

    def rests(self, name: str) -> bool:
        """Tell whether no execution of the endpoint is under way."""
        return "RUNNING" not in self.workflows(name)

    def killed_and_back(self) -> None:
        """Kill the sandbox, and bring it back where it was."""
        os.kill(self.running.pid, signal.SIGKILL)
        port = int(self.running.url.rpartition(":")[2])
        self.until_the_end.enter_context(start(directory=self.running.directory, port=port, keep=True))

    def ended(self, name: str) -> bool:
        found = self.ledger.load(name).rollout
        return found is not None and found.phase.ended

    def abort(self, name: str) -> None:
        """Do what `serinus abort` does."""
        place, session = deployed(_environment_of(())), boto3.Session()
        site = Site(
            environment=ENVIRONMENT,
            endpoints=(name,),
            world=world(place, session.client),
            who=lambda: "a test",
            native=DynamoDBHistory(session.client("dynamodb"), place.ledger),
            compared=lambda *_: Summary(),
        )
        abort(site, Namespace(endpoint=name, reason="nothing looks after it"))

    def doom(self, name: str, *functions: str) -> None:
        """Let no attempt of these functions get through, from the time that the step bakes."""
        eventually(lambda: (found := self.ledger.load(name).rollout) and found.serving_since, timeout=120)
        self.killer.doomed |= {(name, function) for function in functions}

    def ring_after_a_look(self, name: str) -> None:
        """Let the canary's alarm go off once the step bakes, just after a look: the next one is a period away."""
        eventually(lambda: (found := self.ledger.load(name).rollout) and found.serving_since, timeout=120)
        looks = self.killer.seen[name]["advance", "DescribeAlarms"]
        eventually(lambda: self.killer.seen[name]["advance", "DescribeAlarms"] > looks, timeout=120)
        self.ring(name)

    def ring(self, name: str) -> None:
        """Let the canary's alarm go off."""
        alarm = f"serinus.{ENVIRONMENT}.{name}.canary.error_rate"
        boto3.Session().client("cloudwatch").set_alarm_state(
            AlarmName=alarm, StateValue="ALARM", StateReason="rung by a test"
        )

    def weights(self, name: str) -> dict[str, float]:
        shown = self.sagemaker.describe_endpoint(EndpointName=name)
        return {variant["VariantName"]: variant["CurrentWeight"] for variant in shown["ProductionVariants"]}


@contextlib.contextmanager
def stage(folder: Path, endpoints: Sequence[Endpoint], killer: Killer) -> Iterator[Stage]:
    """Deploy the control plane, put the killer between its functions and AWS, deploy the endpoints.

    No process is left at the end.
    """
    images = folder / "images.json"
    images.write_text(json.dumps({IMAGE: [sys.executable, str(MODEL_SERVER)]}))
    with (
        start(directory=folder / "sandbox", images=images, keep=True) as running,
        contextlib.ExitStack() as until_the_end,
        using(running.environ()),
    ):
        terraform = Terraform(folder, running.environ() | variables(folder))
        terraform.synth(_environment_of(endpoints))
        for part in ("control", "serving"):
            terraform.init(f"{ENVIRONMENT}-{part}")
        terraform.applied(f"{ENVIRONMENT}-control")
        letters = heard(deployed(_environment_of(())).topic_arn)
        names = [function(ENVIRONMENT, name) for name in FUNCTIONS]
        with between(running.url, names, CONTROL, killer):
            terraform.applied(f"{ENVIRONMENT}-serving")
            with Traffic() as traffic:
                client = boto3.Session().client
                ledger = DynamoDBLedger(client("dynamodb"), ledger_table(ENVIRONMENT))
                yield Stage(running, terraform, killer, traffic, client("sagemaker"), ledger, letters, until_the_end)
    eventually(lambda: not at_work(folder))


def _environment_of(endpoints: Sequence[Endpoint]) -> Environment:
    """A function has time enough on a busy machine: killed once, it has two attempts left, not one."""
    made = environment(*endpoints, name=ENVIRONMENT)
    return replace(made, control=replace(made.control, function_timeout=20))
