"""A deploy's life: first apply, deploys in mid-rollout, and the end. In this order, on one sandbox.

What SageMaker takes back is in test_provider_issues.py.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.execution import role_name
from infra.providers import variables
from infra.spec import Deployment, Instance, Progressive
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.guardrails import Alarm, ErrorRate
from lambdas.rollout.names import ledger_table
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.state import Entry, Kind, Phase, Rollout
from sandbox.server import Running, start
from tests.stacks.specs import ENDPOINT, PLAN, V2, environment
from tests.stacks.stage import Asking
from tests.stacks.terraform import Terraform

pytestmark = pytest.mark.terraform

MODEL_SERVER = Path(__file__).parents[1] / "sandbox" / "sagemaker" / "model_server.py"
SWAP = Deployment(baking=0, timeout=600)
CALM = Plan(PLAN.steps, (ErrorRate(alarm=Alarm(breaches=1, periods=1, min_requests=5)),))
"""Nothing fires on a busy machine."""
ROLLING_OUT = replace(ENDPOINT, canary=V2, rollout=Progressive("progressive", CALM, SWAP))
LARGER = Instance("ml.m5.xlarge", 1)
V3 = replace(V2, version="v3", environment={"GREETING": "three"})
STARTED = {"stable": 7_500, "canary": 2_500}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    images = tmp_path_factory.mktemp("images") / "images.json"
    command = [sys.executable, str(MODEL_SERVER)]
    images.write_text(json.dumps({"serinus/good:1": command, "serinus/never-answers:1": ["sleep", "600"]}))
    with pytest.MonkeyPatch.context() as patch:
        seconds_of = {"PROVISIONING": "0.1", "HEALTH_CHECK": "3", "TERMINATION": "2", "DELETION": "120"}
        for setting, seconds in seconds_of.items():
            patch.setenv(f"SANDBOX_SAGEMAKER_{setting}", seconds)
        with start(images=images) as sandbox:
            yield sandbox


@pytest.fixture(scope="module")
def terraform(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    folder = tmp_path_factory.mktemp("deploy")
    return Terraform(folder, running.environ() | variables(folder))


@pytest.fixture(scope="module")
def sagemaker(running: Running) -> Any:
    return client(running, "sagemaker")


def client(running: Running, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]  # the stubs know literal names only
        region_name="eu-west-1",
        endpoint_url=running.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def eventually(condition: Callable[[], Any], timeout: float = 120) -> Any:
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {timeout} s"
        time.sleep(0.2)
    return found


def weights(sagemaker: Any) -> dict[str, float]:
    described = sagemaker.describe_endpoint(EndpointName="mortgage")
    return {v["VariantName"]: v["CurrentWeight"] for v in described["ProductionVariants"]}


def configurations(sagemaker: Any) -> list[str]:
    return [config["EndpointConfigName"] for config in sagemaker.list_endpoint_configs()["EndpointConfigs"]]


def ledger(running: Running) -> DynamoDBLedger:
    return DynamoDBLedger(client(running, "dynamodb"), ledger_table("test"))


def rollout(running: Running) -> Rollout:
    found = ledger(running).load("mortgage").rollout
    assert found is not None
    return found


def history(running: Running, number: int) -> tuple[Entry, ...]:
    return ledger(running).history("mortgage", number)


def live_configuration(sagemaker: Any) -> str:
    return str(sagemaker.describe_endpoint(EndpointName="mortgage")["EndpointConfigName"])


def test_the_first_deploy_serves_and_leaves_nothing_to_do(terraform: Terraform, running: Running) -> None:
    terraform.synth(environment(ENDPOINT))
    for stack in ("test-control", "test-serving"):
        terraform.init(stack)
        terraform.applied(stack)
        assert terraform.plan(stack).code == 0
    answer = client(running, "sagemaker-runtime").invoke_endpoint(EndpointName="mortgage", Body=b"{}")
    assert answer["InvokedProductionVariant"] == "stable"


def test_an_unproven_version_does_not_become_stable(terraform: Terraform) -> None:
    unproven = replace(V2, version="v9")
    terraform.synth(environment(replace(ENDPOINT, stable=unproven)))
    refused = terraform.plan("test-serving")
    assert refused.code == 1
    assert "v9 is not proven on mortgage" in refused.text


def test_a_canary_is_deployed_without_traffic_and_then_rolled_out(terraform: Terraform, sagemaker: Any) -> None:
    terraform.synth(environment(ROLLING_OUT))
    assert "initial_variant_weight = 0" in terraform.applied("test-serving").text
    eventually(lambda: weights(sagemaker) == STARTED)
    assert terraform.plan("test-serving").code == 0


def test_alarms_tags_and_steps_change_in_mid_rollout_and_the_rollout_goes_on(
    terraform: Terraform, running: Running, sagemaker: Any
) -> None:
    """Adopted: the same models in the same configuration. The plan stays the one that was reviewed."""
    before, serving = rollout(running), live_configuration(sagemaker)
    plan = Plan((Step(5_000, 60, 120), PLAN.steps[1]), (ErrorRate(alarm_above=0.2),))
    changed = environment(replace(ROLLING_OUT, rollout=Progressive("progressive", plan, SWAP)))
    terraform.synth(replace(changed, tags={"team": "others"}))
    applied = terraform.applied("test-serving")
    assert re.search(r"alarm\.mortgage_serinustestmortgagecanaryerror_rate\w+: Modifications complete", applied.text)
    assert not re.search(r"aws_sagemaker_(model|endpoint_configuration)\.\w+: Creating", applied.text)
    assert terraform.plan("test-serving").code == 0
    after = rollout(running)
    assert (after.number, after.phase, after.plan) == (before.number, Phase.PROGRESSING, before.plan)
    assert (live_configuration(sagemaker), weights(sagemaker)) == (serving, STARTED)


REFUSED = {
    "larger machines": (replace(ROLLING_OUT, instance=LARGER), "replace its fleet in mid-rollout"),
    "another canary": (replace(ROLLING_OUT, canary=V3), "end it unfinished"),
    "the canary as stable": (replace(ENDPOINT, stable=V2), "end it unfinished"),
}


@pytest.mark.parametrize("change", REFUSED)
def test_what_would_reset_or_end_a_rollout_is_refused(
    terraform: Terraform, running: Running, sagemaker: Any, change: str
) -> None:
    endpoint, effect = REFUSED[change]
    serving = live_configuration(sagemaker)
    terraform.synth(environment(endpoint))
    refused = terraform.plan("test-serving")
    assert refused.code == 1
    assert f"rollout 1 (v2) on mortgage is PROGRESSING at 25 %, and this change would {effect}" in refused.text
    assert "`serinus abort ENVIRONMENT mortgage`" in refused.text
    assert (live_configuration(sagemaker), weights(sagemaker)) == (serving, STARTED)
    assert rollout(running).phase is Phase.PROGRESSING


def test_a_rollout_under_way_is_not_reset(terraform: Terraform, running: Running, sagemaker: Any) -> None:
    """Adopted, by force: the same models on larger machines, with the live weights, and nobody notices."""
    serving = live_configuration(sagemaker)
    terraform.synth(environment(replace(ROLLING_OUT, instance=LARGER, force="tests need larger machines")))
    with Asking(client(running, "sagemaker-runtime"), "mortgage") as users:
        forced = terraform.applied("test-serving")
        eventually(lambda: rollout(running).release.owns(live_configuration(sagemaker)))
    assert "OVERRIDE force on mortgage" in forced.text
    assert live_configuration(sagemaker) != serving
    assert weights(sagemaker) == STARTED
    assert users.failures == []
    assert set(users.answers) == {"stable", "canary"}
    adopted = rollout(running)
    assert (adopted.number, adopted.phase, adopted.weight) == (1, Phase.PROGRESSING, 2_500)
    assert {stage.config for stage in adopted.release.stages} == set(configurations(sagemaker))
    assert terraform.plan("test-serving").code == 0


def test_another_canary_supersedes_by_force_and_starts_from_nothing(
    terraform: Terraform, running: Running, sagemaker: Any
) -> None:
    """Superseded: the new canary gets none of the old one's traffic, and is rolled out from the first step."""
    terraform.synth(environment(replace(ROLLING_OUT, canary=V3, instance=LARGER, force="v2 is not wanted any more")))
    with Asking(client(running, "sagemaker-runtime"), "mortgage") as users:
        terraform.applied("test-serving")
        eventually(lambda: (rollout(running).number, weights(sagemaker)) == (2, STARTED))
    made = sagemaker.describe_endpoint_config(EndpointConfigName=live_configuration(sagemaker))
    assert [variant["InitialVariantWeight"] for variant in made["ProductionVariants"]] == [10_000, 0]
    assert users.failures == []
    superseded, begun = (history(running, number) for number in (1, 2))
    assert (superseded[-1].kind, superseded[-1].phase) == (Kind.SUPERSEDE, Phase.SUPERSEDED)
    assert "v3 beside v1" in superseded[-1].reason
    assert (begun[0].kind, begun[0].weight) == (Kind.BEGIN, 0)
    assert rollout(running).canary == "v3"


def test_all_of_it_can_be_destroyed_while_sagemaker_is_at_it(
    terraform: Terraform, sagemaker: Any, running: Running
) -> None:
    """The provider waits for no endpoint, and takes its role away: docs/runbook.md says what to do about that."""

    def execution_role_is_there() -> bool:
        roles = client(running, "iam").list_roles()["Roles"]
        return role_name("test", "mortgage") in {role["RoleName"] for role in roles}

    assert execution_role_is_there()
    terraform.synth(environment(ENDPOINT))
    terraform.destroyed("test-serving")
    assert sagemaker.describe_endpoint(EndpointName="mortgage")["EndpointStatus"] == "Deleting"
    assert not execution_role_is_there()
    terraform.destroyed("test-control")
    assert configurations(sagemaker) == []
