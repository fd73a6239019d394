"""`cdktf deploy` is killed at several points, and the next one repairs. In this order, on one sandbox."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from rich.console import Console

from demo.deploy import DeployError, deploy
from demo.edit import Edit, add_canary, edit, set_value
from demo.follow import follow
from demo.scene import ENVIRONMENT, Scene, scene
from lambdas.rollout.state import Phase
from tests.e2e.killed import at_work, kill_deploy
from tests.e2e.pace.models import ALIKE, SERVER, STEADY
from tests.stacks.terraform import Terraform
from tests.stacks.test_deploy import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(1200)]

NAME = "mortgage"
ROWS = [{"income": 50_000}]
STEPS = [{"weight": "50%", "bake": "30s"}, {"weight": "100%", "bake": "30s"}]
EVERYTHING, CONTROL, SERVING = f"{ENVIRONMENT}-*", f"{ENVIRONMENT}-control", f"{ENVIRONMENT}-serving"


def _whole(state: Path) -> bool:
    """Terraform writes a state in a folder in place: a kill may leave it empty, or cut short."""
    try:
        return bool(json.loads(state.read_text()))
    except ValueError:
        return False


class Stage:
    """The scene with what the tests do and look at."""

    def __init__(self, here: Scene) -> None:
        self.here = here
        self.terraform = Terraform(here.home, here.workshop.env)
        self.sagemaker: Any = boto3.Session().client("sagemaker")

    def change(self, *changes: Edit) -> None:
        edit(self.here.file, *changes)

    def deploy(self) -> None:
        deploy(self.here.workshop, EVERYTHING, self.here.home / "deploy.log")

    def kill(self, when: Callable[[], object]) -> None:
        """Kill a deploy; a state that it was just writing comes from its backup, as docs/runbook.md says."""
        kill_deploy(self.here.workshop, EVERYTHING, self.here.home / "killed.log", when)
        for state in self.here.home.rglob("*.tfstate"):
            backup = state.with_name(f"{state.name}.backup")
            if backup.exists() and not _whole(state):
                shutil.copy(backup, state)

    def shown(self) -> dict[str, Any]:
        try:
            described: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=NAME)
        except self.sagemaker.exceptions.ClientError:
            return {}
        return described

    def is_(self, status: str) -> bool:
        return self.shown().get("EndpointStatus") == status

    def configurations(self) -> list[str]:
        return [found["EndpointConfigName"] for found in self.sagemaker.list_endpoint_configs()["EndpointConfigs"]]

    def nobody_noticed(self) -> None:
        answers = self.here.answers()
        assert len(answers) > 20
        assert [answer for answer in answers if answer.failed] == []

    def repaired(self) -> None:
        """Nothing is left to do, nothing is left over, and the endpoint serves what was asked for."""
        for part in (CONTROL, SERVING):
            assert self.terraform.plan(part).code == 0
        assert self.is_("InService")
        assert self.shown()["EndpointConfigName"] in self.configurations()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with scene(tmp_path_factory.mktemp("killed") / "home", SERVER) as here:
        here.publish({model.version: model.archive for model in (STEADY, ALIKE)})
        yield Stage(here)
    eventually(lambda: not at_work(here.home))


@pytest.fixture
def deployed(stage: Stage) -> Stage:
    if not stage.shown():
        stage.deploy()
    return stage


@pytest.mark.tour
def test_killed_while_it_makes_the_endpoint_the_next_deploy_names_what_is_to_be_imported(stage: Stage) -> None:
    stage.kill(lambda: stage.is_("Creating"))
    eventually(lambda: stage.is_("InService"))

    with pytest.raises(DeployError) as failed:
        stage.deploy()

    said = " ".join(str(failed.value).split())
    assert "Cannot create already existing endpoint" in said
    address = re.search(r"with (aws_sagemaker_endpoint\.\w+)", said)
    assert address, said
    imported = subprocess.run(
        ["terraform", f"-chdir={stage.here.home}/cdktf.out/stacks/{SERVING}", "import", address[1], NAME],
        env=stage.here.workshop.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stdout + imported.stderr
    stage.deploy()
    stage.repaired()


def test_killed_while_sagemaker_swaps_the_fleets_the_next_deploy_finishes(deployed: Stage) -> None:
    before = deployed.shown()["EndpointConfigName"]
    deployed.change(set_value("endpoints", NAME, "instance", "type", to="ml.m5.xlarge"))
    with deployed.here.traffic(ROWS, rate=5):
        deployed.kill(lambda: deployed.is_("Updating"))
        deployed.deploy()

    assert deployed.shown()["EndpointConfigName"] != before
    deployed.repaired()
    deployed.nobody_noticed()


@pytest.mark.tour
def test_killed_once_the_fleets_are_swapped_and_before_it_is_written_down(deployed: Stage) -> None:
    before = deployed.shown()["EndpointConfigName"]
    deployed.change(set_value("endpoints", NAME, "instance", "type", to="ml.m5.2xlarge"))
    with deployed.here.traffic(ROWS, rate=5):
        deployed.kill(lambda: deployed.shown()["EndpointConfigName"] != before)
        deployed.deploy()

    deployed.repaired()
    deployed.nobody_noticed()


@pytest.mark.tour
def test_killed_in_a_rollout_that_goes_on_meanwhile(deployed: Stage) -> None:
    deployed.change(add_canary(NAME, ALIKE.version), set_value("endpoints", NAME, "rollout", "steps", to=STEPS))
    with deployed.here.traffic(ROWS, rate=20):
        deployed.kill(lambda: deployed.is_("Updating"))
        deployed.deploy()
        rollout = follow(ENVIRONMENT, NAME, Console(file=io.StringIO()), patience=300)

    assert (rollout.canary, rollout.phase) == (ALIKE.version, Phase.PROMOTED)
    deployed.repaired()
    deployed.nobody_noticed()


@pytest.mark.tour
@pytest.mark.parametrize("when", ["synthesizing", "the control plane"])
def test_killed_early_the_next_deploy_does_it(deployed: Stage, when: str) -> None:
    log = deployed.here.home / "killed.log"
    log.unlink(missing_ok=True)
    deployed.change(set_value("control", "log_retention_days", to=3 if when == "synthesizing" else 5))
    words = {"synthesizing": "Synthesizing", "the control plane": "Modifying..."}[when]
    deployed.kill(lambda: log.exists() and words in log.read_text())
    deployed.deploy()
    deployed.repaired()
