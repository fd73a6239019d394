"""An A/B/n test by real Terraform: canary and two challengers beside stable, one of which fails. In this order."""

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from rich.console import Console

from demo.data import applicants, split
from demo.deploy import deploy
from demo.edit import Document, add_canary, edit, make_stable, set_value
from demo.follow import follow
from demo.models import train_all
from demo.people import People
from demo.publish import archives
from demo.scene import ENVIRONMENT, Scene, scene
from infra.spec import load
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.names import ledger_table
from lambdas.rollout.state import Kind, Phase
from tests.stacks.terraform import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(900)]

NAME = "mortgage"
SERVING = f"{ENVIRONMENT}-serving"
ARMS = {"lean": "v3", "twin": "v4"}
"""The demo's broken model, and one that answers as the canary does."""
STEPS = [
    {
        "experiment": {
            "max": "6m",
            "split": "30%",
            "challengers": {"lean": "20%", "twin": "20%"},
            "minimum_effect": "50%",
            "outdone": "pause",
        },
        "bake": "30s",
    },
    {"weight": "100%", "bake": "30s"},
]
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
        self.cloudwatch: Any = boto3.Session().client("cloudwatch")

    def apply(self) -> None:
        self.terraform.synth(load(self.here.file))
        self.terraform.applied(SERVING)

    def errors(self, variant: str) -> float:
        """Count what the variant failed on in the last hour."""
        now = datetime.now(UTC)
        found = (
            boto3.Session()
            .client("cloudwatch")
            .get_metric_statistics(
                Namespace="AWS/SageMaker",
                MetricName="InvocationModelErrors",
                Dimensions=[{"Name": "EndpointName", "Value": NAME}, {"Name": "VariantName", "Value": variant}],
                StartTime=now - timedelta(hours=1),
                EndTime=now,
                Period=3_600,
                Statistics=["Sum"],
            )
        )
        return sum(point["Sum"] for point in found["Datapoints"])

    def weights(self) -> dict[str, float]:
        described = self.sagemaker.describe_endpoint(EndpointName=NAME)
        return {variant["VariantName"]: variant["CurrentWeight"] for variant in described["ProductionVariants"]}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = split(applicants())
    home = tmp_path_factory.mktemp("challengers") / "home"
    with scene(home) as here:
        made = archives(train_all(data))
        here.publish(made | {"v4": made["v2"]})
        rollout = ("endpoints", NAME, "rollout")
        edit(
            here.file,
            set_value(*rollout, "steps", to=STEPS),
            set_value(*rollout, "routing", to="sticky"),
            set_value(*rollout, "guardrails", to=GUARDRAILS),
            set_value(*rollout, "deployment", "baking", to="0s"),
        )
        deploy(here.workshop, f"{ENVIRONMENT}-*", home / "deploy.log")
        with People(ENVIRONMENT, NAME, data.held_out, rate=30.0) as people:
            yield Stage(here, people)


def _add_challengers(document: Document) -> None:
    settings = document["endpoints"][NAME]
    folder = settings["stable"]["model_data"].rpartition("/")[0]
    settings["challengers"] = {
        name: {"version": each, "image": settings["stable"]["image"], "model_data": f"{folder}/{each}.tar.gz"}
        for name, each in ARMS.items()
    }


def _without_challengers(document: Document) -> None:
    document["endpoints"][NAME].pop("challengers")
    document["endpoints"][NAME]["rollout"]["steps"][0]["experiment"].pop("challengers")


def test_the_failing_challenger_is_dropped_and_the_canary_wins(stage: Stage) -> None:
    stage.people.one_in.update(stable=10, canary=3, twin=10)
    edit(stage.here.file, add_canary(NAME, "v2"), _add_challengers)
    stage.apply()
    rollout = follow(ENVIRONMENT, NAME, Console(file=io.StringIO()), patience=600)
    history = [entry for entry in stage.ledger.history(NAME, rollout.number) if entry.kind is not Kind.HOLD]
    told = [f"{entry.kind} {entry.reason}" for entry in history]

    assert rollout.phase is Phase.PROMOTED, told
    assert any(each.startswith("DROP lean taken out of the test: ") for each in told), told
    assert any("canary is proven better than stable" in each for each in told), told
    assert "lean" in rollout.dropped
    met = {variant for seen in stage.people.seen.values() for variant in seen}
    assert met >= {"stable", "canary", "lean", "twin"}
    assert {variant for variant in met - {""} if stage.errors(variant)} == {"lean"}


def test_everybody_has_the_canary_then_and_nothing_is_left_to_do(stage: Stage) -> None:
    assert stage.weights() == {"stable": 0, "canary": 10_000, "lean": 0, "twin": 0}
    assert stage.terraform.plan(SERVING).code == 0


def _met_next(stage: Stage, answers: int) -> set[str]:
    """Wait for so many more answers, and tell whose they are."""
    before = {person: len(seen) for person, seen in list(stage.people.seen.items())}
    deadline = time.monotonic() + 120
    while True:
        since = [v for person, seen in list(stage.people.seen.items()) for v in seen[before.get(person, 0) :]]
        if len(since) >= answers:
            return set(since)
        assert time.monotonic() < deadline, f"{len(since)} answers in two minutes"
        time.sleep(1)


def test_the_winner_becomes_stable_and_keeps_its_traffic(stage: Stage) -> None:
    edit(stage.here.file, make_stable(NAME), _without_challengers)
    failed = len(stage.people.failed)
    stage.apply()
    assert stage.weights() == {"stable": 10_000}
    met = _met_next(stage, answers=300)
    assert met <= {"stable", "canary"}  # the router may have yet to hear that the canary is stable now
    assert len(stage.people.failed) == failed
    assert stage.terraform.plan(SERVING).code == 0
