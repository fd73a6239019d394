"""Every policy of SageMaker's own, deployed for real: good, bad, and good again. In this order, on one sandbox."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from infra.providers import variables
from infra.spec import Instance, Native, Size, Strategy
from infra.spec.rollout import ErrorRateBound
from lambdas.adapters.native import DynamoDBHistory
from lambdas.rollout.guardrails import Alarm
from lambdas.rollout.native.line import Deployment, deployments
from lambdas.rollout.state import Kind, Phase
from sandbox.server import Running, start
from tests.sandbox.sagemaker.hosting import eventually
from tests.stacks.specs import ENDPOINT, V1, environment
from tests.stacks.terraform import Terraform
from tests.stacks.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.spec import Environment, ModelVersion

pytestmark = pytest.mark.terraform

MODEL_SERVER = Path(__file__).parents[1] / "sandbox" / "sagemaker" / "model_server.py"
SERVING, CONTROL = "native-serving", "native-control"
WAIT, LONG = 4, 120
"""Seconds to bake; long enough for an alarm to end it."""


@dataclass(frozen=True)
class Policy:
    """A policy, and how many new instances serve while it bakes."""

    native: Native
    bakes: tuple[int, ...]
    batches: bool = False
    instances: int = 4


def native(strategy: Strategy, size: Size | None = None, rollback_size: Size | None = None) -> Native:
    watched = ErrorRateBound("error_rate", 0.2, Alarm(breaches=1, periods=1, min_requests=5))
    baking = None if strategy is Strategy.ROLLING else WAIT
    return Native("native", strategy, size, WAIT, baking, 600, rollback_size=rollback_size, alarms=(watched,))


POLICIES = {
    "at-once": Policy(native(Strategy.ALL_AT_ONCE), (4,)),
    "canary-percent": Policy(native(Strategy.CANARY, Size(percent=30)), (2, 4)),
    "canary-count": Policy(native(Strategy.CANARY, Size(instances=2)), (2, 4)),
    "linear": Policy(native(Strategy.LINEAR, Size(percent=34)), (2, 4)),
    "rolling": Policy(native(Strategy.ROLLING, Size(instances=1)), (1, 2), batches=True, instances=2),
    "rolling-back": Policy(
        native(Strategy.ROLLING, Size(percent=50), rollback_size=Size(instances=1)), (2, 4), batches=True
    ),
}
NAMES = list(POLICIES)


def model(version: str, **variables: str) -> ModelVersion:
    return replace(V1, version=version, environment={"SAYS": version, **variables})


def serving(version: ModelVersion, wait: int = WAIT) -> Environment:
    """Serve that version everywhere; ``wait`` seconds are baked after each stage."""
    endpoints = [
        replace(
            ENDPOINT,
            name=name,
            stable=version,
            rollout=replace(policy.native, wait=wait, baking=policy.native.baking and wait),
            instance=Instance("ml.m5.large", policy.instances),
        )
        for name, policy in POLICIES.items()
    ]
    return environment(*endpoints, name="native")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    images = tmp_path_factory.mktemp("images") / "images.json"
    images.write_text(json.dumps({V1.image: [sys.executable, str(MODEL_SERVER)]}))
    with pytest.MonkeyPatch.context() as patch:
        for setting, seconds in {"PROVISIONING": "0.2", "ROLLBACK": "4", "TERMINATION": "2"}.items():
            patch.setenv(f"SANDBOX_SAGEMAKER_{setting}", seconds)
        with start(images=images) as sandbox:
            yield sandbox


@dataclass(frozen=True)
class Deploys:
    """Terraform on the two stacks, and clients of what it deploys to."""

    terraform: Terraform
    running: Running

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-1"}
        return make(service, endpoint_url=self.running.url, config=Config(max_pool_connections=4), **keys)

    def watching(self) -> Watching:
        return Watching(self.client, NAMES)

    def live(self, endpoint: str) -> str:
        return str(self.client("sagemaker").describe_endpoint(EndpointName=endpoint)["EndpointConfigName"])

    def configurations(self) -> set[str]:
        listed = self.client("sagemaker").list_endpoint_configs(MaxResults=100)["EndpointConfigs"]
        return {config["EndpointConfigName"] for config in listed}

    def history(self, endpoint: str) -> tuple[Deployment, ...]:
        history = DynamoDBHistory(self.client("dynamodb"), "serinus-native-ledger")
        return deployments(history.recent(endpoint, 1_000))

    def ended(self, endpoint: str, number: int) -> Deployment:
        """Give a deployment by its number, once its end is in the ledger."""

        def found() -> Deployment | None:
            of = [each for each in self.history(endpoint) if each.number == number]
            return of[0] if of and of[0].ended else None

        deployment: Deployment = eventually(found, 60)
        return deployment


@pytest.fixture(scope="module")
def deploys(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Deploys:
    folder = tmp_path_factory.mktemp("native")
    terraform = Terraform(folder, running.environ() | variables(folder))
    terraform.synth(serving(model("v1")))
    for stack in (CONTROL, SERVING):
        terraform.init(stack)
        terraform.applied(stack)
    return Deploys(terraform, running)


@pytest.fixture(scope="module")
def good(deploys: Deploys) -> Watching:
    """Deploy a version that is fine."""
    deploys.terraform.synth(serving(model("v2")))
    with deploys.watching() as watching:
        deploys.terraform.applied(SERVING)
    return watching


@pytest.mark.parametrize("endpoint", NAMES)
def test_a_good_update_goes_through_its_stages(good: Watching, endpoint: str) -> None:
    policy = POLICIES[endpoint]
    bakes = good.baking(endpoint)
    assert [moment.new for moment in bakes] == list(policy.bakes)
    before = [0, *policy.bakes]
    gone = [count if policy.batches else 0 for count in before[: len(bakes)]]
    assert [moment.old for moment in bakes] == [policy.instances - count for count in gone]
    for moment, later in pairwise(bakes):
        assert later.since - moment.since >= WAIT
        assert good.answered(endpoint, moment.since, later.since) == {"v1", "v2"}
    assert good.answered(endpoint, bakes[-1].since, bakes[-1].since + WAIT) == {"v2"}


@pytest.mark.parametrize("endpoint", NAMES)
def test_the_ledger_tells_its_stages(good: Watching, deploys: Deploys, endpoint: str) -> None:
    deployment = deploys.ended(endpoint, 1)
    assert good.moments[endpoint]
    assert deployment.lines[0].kind is Kind.BEGIN
    assert "(version v2)" in deployment.lines[0].reason
    activated = [line.serving for line in deployment.lines if line.kind is Kind.ADVANCE]
    baked = [line.serving for line in deployment.lines if line.fact == "new Baking"]
    assert activated == baked == list(POLICIES[endpoint].bakes)
    assert (deployment.phase, deployment.after) == (Phase.PROMOTED, deploys.live(endpoint))


@dataclass(frozen=True)
class Refused:
    """A bad deploy, what it said, and what was live before."""

    text: str
    watching: Watching
    before: dict[str, str]


@pytest.fixture(scope="module")
def bad(good: Watching, deploys: Deploys) -> Refused:
    """Deploy a version that answers with errors; the waits are long, so that only an alarm can end them."""
    assert good.moments
    before = {name: deploys.live(name) for name in NAMES}
    deploys.terraform.synth(serving(model("v3", STATUS="500"), LONG))
    with deploys.watching() as watching:
        outcome = deploys.terraform.apply(SERVING)
    assert outcome.code == 1
    return Refused(outcome.text, watching, before)


@pytest.mark.parametrize("endpoint", NAMES)
def test_a_bad_update_is_taken_back_by_its_alarm_and_fails_the_deploy(
    bad: Refused, deploys: Deploys, endpoint: str
) -> None:
    assert f"SageMaker rolled the deployment of {endpoint} back" in bad.text
    assert deploys.live(endpoint) == bad.before[endpoint]
    assert bad.before[endpoint] in deploys.configurations()
    assert bad.watching.baking(endpoint)[0].new == POLICIES[endpoint].bakes[0]
    deployment = deploys.ended(endpoint, 2)
    assert (deployment.phase, deployment.before) == (Phase.ROLLED_BACK, bad.before[endpoint])
    assert f"serinus.native.{endpoint}.stable.error_rate" in deployment.lines[-1].reason


def test_a_rolling_update_goes_back_in_batches_of_its_own_size(bad: Refused) -> None:
    back = [moment.new for moment in bad.watching.moments["rolling-back"] if moment.doing == "Deleting"]
    assert list(dict.fromkeys(back)) == [1, 0]


def test_the_next_plan_shows_what_is_pending_and_the_next_good_deploy_finishes(
    bad: Refused, deploys: Deploys
) -> None:
    pending = deploys.terraform.plan(SERVING)
    assert pending.code == 2
    for before in bad.before.values():
        assert before in pending.text
    deploys.terraform.synth(serving(model("v4")))
    deploys.terraform.applied(SERVING)
    assert {deploys.live(name) for name in NAMES} == deploys.configurations()
    assert deploys.terraform.plan(SERVING).code == 0
    runtime = deploys.client("sagemaker-runtime")
    for name in NAMES:
        answer = runtime.invoke_endpoint(EndpointName=name, Body=b"{}", ContentType="application/json")
        assert json.load(answer["Body"])["says"] == "v4"
        assert deploys.ended(name, 3).phase is Phase.PROMOTED
