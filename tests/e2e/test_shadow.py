"""Rollouts that begin with a shadow: real Terraform, real models, captures and the shadow function's own zip.

The canary whose training labels were swapped answers quickly and without errors: only the shadow can see it.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from rich.console import Console

from demo.data import Applicant, applicants, split
from demo.deploy import deploy
from demo.edit import Document, add_canary, edit, set_value
from demo.follow import follow
from demo.models import V2, train, train_all
from demo.publish import archives
from demo.scene import ENVIRONMENT, Scene, scene
from infra.spec import load
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.names import ledger_table
from lambdas.rollout.plan import DISAGREEMENT
from lambdas.rollout.state import Entry, Kind, Phase, Rollout
from tests.stacks.terraform import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(1200)]

NAME = "mortgage"
STEPS = [
    {"shadow": {"for": "30s", "threshold": 0.5, "max_disagreement": "8%"}, "max_bake": "5m"},
    {"weight": "20%", "bake": "30s"},
    {"weight": "100%", "bake": "30s"},
]


class Stage:
    """The scene with what the tests look at."""

    def __init__(self, here: Scene) -> None:
        self.here = here
        self.terraform = Terraform(here.home, here.workshop.env)
        self.ledger = DynamoDBLedger(boto3.Session().client("dynamodb"), ledger_table(ENVIRONMENT))
        self.sagemaker: Any = boto3.Session().client("sagemaker")

    def rollout(self, version: str) -> Rollout:
        """Deploy a canary and follow it to its end."""
        edit(self.here.file, _without_canary, add_canary(NAME, version))
        self.terraform.synth(load(self.here.file))
        self.terraform.applied(f"{ENVIRONMENT}-serving")
        return follow(ENVIRONMENT, NAME, Console(file=io.StringIO()), patience=600)

    def told(self, rollout: Rollout) -> list[str]:
        """Tell all decisions, for whoever looks at a failure."""
        history = self.ledger.history(NAME, rollout.number)
        return [f"{entry.kind} {entry.reason}" for entry in history if entry.kind is not Kind.HOLD]

    def entries(self, rollout: Rollout, kind: Kind) -> list[Entry]:
        return [entry for entry in self.ledger.history(NAME, rollout.number) if entry.kind is kind]


def _without_canary(document: Document) -> None:
    document["endpoints"][NAME].pop("canary", None)


def _swapped(row: Applicant) -> Applicant:
    return {**row, "deny": "no" if row["deny"] == "yes" else "yes"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = split(applicants())
    mistaken = train(replace(V2, version="v9"), [_swapped(row) for row in data.training])
    home = tmp_path_factory.mktemp("shadow") / "home"
    with scene(home) as here:
        here.publish(archives((*train_all(data), mistaken)))
        region = {"LocationConstraint": "eu-west-1"}
        boto3.Session().client("s3").create_bucket(Bucket="captures", CreateBucketConfiguration=region)  # type: ignore[arg-type]  # the stubs want a literal
        edit(
            here.file,
            set_value("endpoints", NAME, "rollout", "steps", to=STEPS),
            set_value("endpoints", NAME, "rollout", "deployment", "baking", to="0s"),
            set_value("endpoints", NAME, "capture", to={"to": "s3://captures/here"}),
        )
        deploy(here.workshop, f"{ENVIRONMENT}-*", home / "deploy.log")
        with here.traffic(data.held_out, rate=30):
            yield Stage(here)


def test_a_canary_that_answers_wrongly_is_taken_back_before_anybody_has_met_it(stage: Stage) -> None:
    rollout = stage.rollout("v9")
    (back, *_) = stage.entries(rollout, Kind.ROLL_BACK)

    assert (rollout.phase, back.step) == (Phase.ROLLED_BACK, 0)
    assert DISAGREEMENT in back.reason
    assert {v.guardrail: v.outcome for v in back.verdicts}[DISAGREEMENT] is Outcome.FAIL
    assert "v9" not in {answer.model for answer in stage.here.answers()}
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_a_canary_that_agrees_goes_on_to_people_and_the_plan_stays_empty(stage: Stage) -> None:
    rollout = stage.rollout("v2")
    assert (rollout.canary, rollout.phase) == ("v2", Phase.PROMOTED), stage.told(rollout)
    (first, *_) = [entry for entry in stage.entries(rollout, Kind.ADVANCE) if entry.step == 1]
    assert {v.guardrail: v.outcome for v in first.verdicts}[DISAGREEMENT] is Outcome.PASS
    described = stage.sagemaker.describe_endpoint(EndpointName=NAME)
    assert [variant["CurrentWeight"] for variant in described["ProductionVariants"]] == [0, 10_000]
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_nobody_was_failed_on_the_way(stage: Stage) -> None:
    failed = [answer for answer in stage.here.answers() if answer.failed]
    assert failed == []
