"""Whole rollouts by the demo's own pieces: real Terraform, real traffic, one sandbox. In this order."""

import io
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from rich.console import Console

from cli.exits import Exit
from cli.main import main as serinus
from demo.data import applicants, split
from demo.deploy import deploy
from demo.edit import Document, add_canary, edit, make_stable, set_value
from demo.follow import follow
from demo.models import train_all
from demo.publish import archives
from demo.scene import ENVIRONMENT, Scene, scene
from demo.scorecard import archive
from demo.tally import tally, way_back
from infra.spec import load
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.names import ledger_table, notifications_topic, pair_and_shape
from lambdas.rollout.release import BACK
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.e2e.letters import heard
from tests.e2e.outage import DENIED, outage
from tests.stacks.terraform import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(1200)]

NAME = "mortgage"
SERVING = "sandbox-serving"
QUICK = [{"weight": "20%", "bake": "30s"}, {"weight": "100%", "bake": "30s"}]
ENDPOINT = ("endpoints", NAME)


class Stage:
    """The scene with what the tests look at."""

    def __init__(self, here: Scene) -> None:
        self.here = here
        self.terraform = Terraform(here.home, here.workshop.env)
        self.sagemaker: Any = boto3.Session().client("sagemaker")
        self.ledger = DynamoDBLedger(boto3.Session().client("dynamodb"), ledger_table(ENVIRONMENT))
        self.letters = heard(f"arn:aws:sns:eu-west-1:123456789012:{notifications_topic(ENVIRONMENT)}")

    def synth(self) -> None:
        self.terraform.synth(load(self.here.file))

    def apply(self) -> str:
        self.synth()
        return self.terraform.applied(SERVING).text

    def variants(self, key: str) -> dict[str, float]:
        described = self.sagemaker.describe_endpoint(EndpointName=NAME)
        return {variant["VariantName"]: variant[key] for variant in described["ProductionVariants"]}

    def follow(self) -> Rollout:
        return follow(ENVIRONMENT, NAME, Console(file=io.StringIO()), patience=300)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = split(applicants())
    home = tmp_path_factory.mktemp("e2e") / "home"
    with scene(home) as here:
        here.publish(archives(train_all(data)))
        edit(
            here.file,
            set_value(*ENDPOINT, "rollout", "steps", to=QUICK),
            set_value(*ENDPOINT, "rollout", "deployment", "baking", to="0s"),
        )
        deploy(here.workshop, f"{ENVIRONMENT}-*", home / "deploy.log")
        with here.traffic(data.held_out, rate=30):
            yield Stage(here)


def _eventually(condition: Callable[[], Any], timeout: float = 120) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout} s"
        time.sleep(0.2)


def _drop_canary(document: Document) -> None:
    del document["endpoints"][NAME]["canary"]


def _drop_force(document: Document) -> None:
    document["endpoints"][NAME].pop("force", None)


def test_a_deploy_leaves_nothing_to_do(stage: Stage) -> None:
    assert stage.terraform.plan("sandbox-control").code == 0
    assert stage.terraform.plan(SERVING).code == 0


def test_a_canary_takes_its_first_step_and_the_plan_stays_empty(stage: Stage) -> None:
    scaling = {"minimum": 1, "maximum": 4, "invocations_per_instance": 1000}
    edit(stage.here.file, add_canary(NAME, "v2"), set_value(*ENDPOINT, "autoscaling", to=scaling))
    stage.apply()
    _eventually(lambda: stage.variants("CurrentWeight") == {"stable": 8_000, "canary": 2_000})

    assert serinus(["pause", ENVIRONMENT, "--reason", "a test looks at it"]) == 0
    assert stage.terraform.plan(SERVING).code == 0


def test_a_change_in_mid_rollout_is_refused_by_name_and_weight(stage: Stage) -> None:
    edit(stage.here.file, set_value(*ENDPOINT, "instance", "type", to="ml.m5.xlarge"))
    stage.synth()
    plan = stage.terraform.plan(SERVING)

    assert plan.code == 1
    assert "rollout 1 (v2)" in plan.text
    assert "20 %" in plan.text


def test_force_keeps_the_live_weights_and_counts(stage: Stage) -> None:
    wanted = [{"VariantName": "stable", "DesiredInstanceCount": 3}]  # as autoscaling does
    stage.sagemaker.update_endpoint_weights_and_capacities(EndpointName=NAME, DesiredWeightsAndCapacities=wanted)
    _eventually(lambda: stage.variants("CurrentInstanceCount") == {"stable": 3, "canary": 1})
    edit(stage.here.file, set_value(*ENDPOINT, "force", to="the machines are too small"))
    stage.apply()

    assert stage.variants("CurrentWeight") == {"stable": 8_000, "canary": 2_000}
    assert stage.variants("CurrentInstanceCount") == {"stable": 3, "canary": 1}
    assert stage.terraform.plan(SERVING).code == 0


def test_a_better_model_is_promoted_once_stable_could_take_everything_back(stage: Stage) -> None:
    too_few = [{"VariantName": "stable", "DesiredInstanceCount": 1}]  # of two, for 1,800 requests a minute
    stage.sagemaker.update_endpoint_weights_and_capacities(EndpointName=NAME, DesiredWeightsAndCapacities=too_few)
    _eventually(lambda: stage.variants("CurrentInstanceCount") == {"stable": 1, "canary": 1})
    assert serinus(["resume", ENVIRONMENT]) == 0
    rollout = stage.follow()

    assert (rollout.number, rollout.canary, rollout.phase) == (1, "v2", Phase.PROMOTED)
    raised = next(
        entry for entry in stage.ledger.history(NAME, 1) if "stable has 1 of the 2 instances" in entry.reason
    )
    assert (raised.kind, raised.live_weight) == (Kind.HOLD, 2_000)
    assert stage.variants("CurrentInstanceCount")["stable"] == 2
    assert stage.variants("CurrentWeight") == {"stable": 0, "canary": 10_000}


def test_a_broken_model_is_rolled_back(stage: Stage) -> None:
    edit(stage.here.file, make_stable(NAME), add_canary(NAME, "v3"))
    stage.apply()
    rollout = stage.follow()

    assert (rollout.number, rollout.canary, rollout.phase) == (2, "v3", Phase.ROLLED_BACK)
    assert stage.variants("CurrentWeight") == {"stable": 10_000, "canary": 0}
    assert stage.terraform.plan(SERVING).code == 0


def test_stable_never_failed_and_the_canary_did(stage: Stage) -> None:
    answers = stage.here.answers()
    counted = tally(answers, "v3")
    back = way_back(answers, stage.here.weights(), "v3")

    assert counted.served > 0
    assert counted.failed_on_stable == 0, [answer for answer in answers if answer.failed and answer.model != "v3"]
    assert counted.failed_on_canary > 0
    assert back is not None
    assert back.until_weight_0 is not None


def test_the_ledger_tells_on_what_evidence(stage: Stage) -> None:
    promoted = [entry for entry in stage.ledger.history(NAME, 1) if entry.kind is Kind.PROMOTE]
    back = [entry for entry in stage.ledger.history(NAME, 2) if entry.kind is Kind.ROLL_BACK]

    passed = {verdict.guardrail: verdict.outcome for verdict in promoted[0].verdicts}
    assert passed == {"error_rate": Outcome.PASS, "latency_p95": Outcome.PASS}
    assert promoted[0].verdicts[0].canary.total > 0
    assert re.search("error[ _]rate", back[0].reason)
    assert back[0].cause in ("workflow", "alarm serinus.sandbox.mortgage.canary.error_rate")  # whichever was first
    assert (back[0].phase, back[-1].phase) == (Phase.ROLLING_BACK, Phase.ROLLED_BACK)


def test_people_are_told_what_was_seen(stage: Stage) -> None:
    letters = {letter["Subject"]: letter["Message"] for letter in stage.letters()}
    back = next(entry for entry in stage.ledger.history(NAME, 2) if entry.kind is Kind.ROLL_BACK)

    assert "mortgage: rollout 1 (v2) PROMOTED at 100 %" in letters
    assert "mortgage: rollout 2 (v3) ROLLED_BACK at 0 %" in letters
    assert back.reason in letters["mortgage: rollout 2 (v3) ROLLING_BACK at 0 %"]


def test_where_sagemaker_takes_no_weights_the_rollback_goes_by_a_configuration(stage: Stage) -> None:
    broken = next(model for model in train_all(split(applicants())) if model.recipe.version == "v3")
    stage.here.publish({"v5": archive(replace(broken, recipe=replace(broken.recipe, version="v5")))})
    before = len(stage.here.answers())
    with outage(stage.here.running.url, [f"serinus-{ENVIRONMENT}-{name}" for name in ("advance", "rollback")]) as out:
        edit(stage.here.file, _drop_canary, add_canary(NAME, "v5"))
        stage.apply()
        _eventually(lambda: stage.variants("CurrentWeight") == {"stable": 8_000, "canary": 2_000})
        out.denied.add("UpdateEndpointWeightsAndCapacities")
        rollout = stage.follow()

    live = stage.sagemaker.describe_endpoint(EndpointName=NAME)["EndpointConfigName"]
    assert (rollout.canary, rollout.phase) == ("v5", Phase.ROLLED_BACK)
    assert out.seen["UpdateEndpoint"] == 1
    assert live == rollout.release.config(BACK)
    assert stage.variants("CurrentWeight") == {"stable": 10_000, "canary": 0}
    letters = [letter["Message"] for letter in stage.letters() if "(v5) ROLLING_BACK" in letter["Subject"]]
    assert any(DENIED in letter and live in letter for letter in letters), letters
    assert [answer for answer in stage.here.answers()[before:] if answer.failed and answer.model != "v5"] == []
    assert stage.terraform.plan(SERVING).code == 0


def test_the_next_deploy_cleans_up(stage: Stage) -> None:
    edit(stage.here.file, _drop_canary, _drop_force)
    stage.apply()
    configs = [found["EndpointConfigName"] for found in stage.sagemaker.list_endpoint_configs()["EndpointConfigs"]]
    models = [found["ModelName"] for found in stage.sagemaker.list_models()["Models"]]

    assert configs == [stage.sagemaker.describe_endpoint(EndpointName=NAME)["EndpointConfigName"]]
    assert len(models) == 1
    assert stage.terraform.plan(SERVING).code == 0


def test_a_saboteur_is_found_taken_back_and_removed_in_a_drill(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    saboteur = {
        "version": "saboteur",
        "image": "serinus/hmda:1",
        "model_data": "s3://serinus-sandbox-models/hmda/v3.tar.gz",
    }
    edit(stage.here.file, set_value(*ENDPOINT, "drill", to={"canary": saboteur, "within": "100s"}))
    monkeypatch.setenv("CDKTF_OUTDIR", str(stage.here.home / "cdktf.out"))
    before = stage.sagemaker.describe_endpoint(EndpointName=NAME)["EndpointConfigName"]
    file, answered = stage.here.file.read_text(), len(stage.here.answers())

    assert serinus(["drill", ENVIRONMENT, "--out", str(tmp_path)]) == Exit.FINE

    filed = json.loads((tmp_path / "drill.json").read_text())
    assert (filed["passed"], filed["put_back"], filed["ending"]) == (True, True, "passed")
    assert filed["version"].startswith("saboteur-2")
    assert 0 < filed["seconds"] <= filed["within"] == 100
    assert filed["detected"]["by"] in ("alarm", "judge")
    assert filed["canary"]["bad"] > 0
    assert "was rolled back" in Path(filed["report"]).read_text()
    rollout = stage.ledger.load(NAME).rollout
    assert rollout is not None
    assert (rollout.number, rollout.canary) == (filed["rollout"], filed["version"])
    assert any(f"({filed['version']}) ROLLED_BACK" in letter["Subject"] for letter in stage.letters())
    after = stage.sagemaker.describe_endpoint(EndpointName=NAME)["EndpointConfigName"]
    assert pair_and_shape(after) == pair_and_shape(before)
    assert stage.variants("CurrentWeight") == {"stable": 10_000}
    assert stage.here.file.read_text() == file
    assert [answer for answer in stage.here.answers()[answered:] if answer.failed and answer.model != "v3"] == []
