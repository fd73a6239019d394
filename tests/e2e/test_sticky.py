"""Sticky rollouts: real Terraform, the router's own zip behind its URL, people who come back. In this order."""

import io
import time
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import boto3
import pytest
from rich.console import Console

from demo.data import applicants, split
from demo.deploy import deploy
from demo.edit import add_canary, edit, make_stable, set_value
from demo.follow import follow
from demo.models import train_all
from demo.publish import archives
from demo.scene import ENVIRONMENT, Scene, scene
from infra.spec import load
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.names import ledger_table
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.e2e.routed import People, router_url
from tests.stacks.terraform import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(1200)]

NAME = "mortgage"
STAFF = 20
STEPS = [
    {"weight": "90%", "flag": "staff", "bake": "30s"},
    {"weight": "30%", "bake": "30s"},
    {"weight": "100%", "bake": "30s"},
]
FLAGS = {
    "staff": {
        "owner": "ml-platform",
        "expires": "2030-01-01",
        "when": [{"attribute": "email", "ends_with": "@example.com"}],
    }
}
GUARDRAILS = [
    {"metric": "error_rate", "negligible": "5%", "alarm": {"breaches": 1, "periods": 2, "min_requests": 20}}
]


class Stage:
    """The scene with what the tests look at."""

    def __init__(self, here: Scene, people: People) -> None:
        self.here, self.people = here, people
        self.terraform = Terraform(here.home, here.workshop.env)
        self.ledger = DynamoDBLedger(boto3.Session().client("dynamodb"), ledger_table(ENVIRONMENT))
        self.sagemaker: Any = boto3.Session().client("sagemaker")

    def apply(self) -> None:
        self.terraform.synth(load(self.here.file))
        self.terraform.applied(f"{ENVIRONMENT}-serving")

    def follow(self) -> Rollout:
        return follow(ENVIRONMENT, NAME, Console(file=io.StringIO()), patience=500)

    def told(self, rollout: Rollout) -> list[str]:
        history = self.ledger.history(NAME, rollout.number)
        return [f"{entry.kind} {entry.reason}" for entry in history if entry.kind is not Kind.HOLD]

    def weights(self) -> list[float]:
        described = self.sagemaker.describe_endpoint(EndpointName=NAME)
        return [variant["CurrentWeight"] for variant in described["ProductionVariants"]]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = split(applicants())
    home = tmp_path_factory.mktemp("sticky") / "home"
    with scene(home) as here:
        here.publish(archives(train_all(data)))
        edit(
            here.file,
            set_value("endpoints", NAME, "rollout", "steps", to=STEPS),
            set_value("endpoints", NAME, "rollout", "routing", to="sticky"),
            set_value("endpoints", NAME, "rollout", "guardrails", to=GUARDRAILS),
            set_value("endpoints", NAME, "rollout", "deployment", "baking", to="0s"),
            set_value("endpoints", NAME, "flags", to=FLAGS),
        )
        deploy(here.workshop, f"{ENVIRONMENT}-*", home / "deploy.log")
        email = {"email": "ann@example.com"}
        with People(
            router_url(ENVIRONMENT), NAME, data.held_out, attributes=dict.fromkeys(range(STAFF), email)
        ) as people:
            yield Stage(here, people)


def _turns(variants: list[str]) -> list[str]:
    return [variant for variant, _ in groupby(variants)]


def test_a_deploy_leaves_nothing_to_do(stage: Stage) -> None:
    assert stage.terraform.plan(f"{ENVIRONMENT}-control").code == 0
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_staff_come_first_and_everybody_keeps_their_model(stage: Stage) -> None:
    before = {person: len(seen) for person, seen in stage.people.seen.items()}
    edit(stage.here.file, add_canary(NAME, "v2"))
    stage.apply()
    rollout = stage.follow()
    since = {person: seen[before.get(person, 0) :] for person, seen in stage.people.seen.items()}

    assert rollout.phase is Phase.PROMOTED, stage.told(rollout)
    assert any("90 % of staff" in told for told in stage.told(rollout))
    met = {person: _turns(variants) for person, variants in since.items()}
    assert all(turns in (["stable"], ["stable", "canary"]) for person, turns in met.items() if person >= STAFF), met
    assert stage.weights() == [0, 10_000]


def test_the_plan_is_empty_after_the_promotion(stage: Stage) -> None:
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_a_broken_canary_is_taken_back_without_a_call_to_sagemaker(stage: Stage) -> None:
    edit(stage.here.file, make_stable(NAME), add_canary(NAME, "v3"))
    stage.apply()
    rollout = stage.follow()

    assert rollout.phase is Phase.ROLLED_BACK, stage.told(rollout)
    assert stage.weights() == [10_000, 0]
    _eventually_stable(stage)
    assert {variant for _, variant, _ in stage.people.failed} == {"canary"}
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_all_of_it_can_be_destroyed_though_the_functions_wrote_versions(stage: Stage) -> None:
    for part in ("serving", "control"):
        stage.terraform.destroyed(f"{ENVIRONMENT}-{part}")


def _eventually_stable(stage: Stage) -> None:
    """Everybody has stable again once routers have heard of it."""
    deadline = time.monotonic() + 60
    while True:
        counts = {person: len(seen) for person, seen in stage.people.seen.items()}
        time.sleep(6)
        since = {v for person, seen in stage.people.seen.items() for v in seen[counts.get(person, 0) :]}
        if since == {"stable"}:
            return
        assert time.monotonic() < deadline, since
