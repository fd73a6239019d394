"""A deploy's life: first apply, silent rollback, a rollout under way, and the end. In this order, on one sandbox."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.providers import cli_config
from infra.spec import Instance
from sandbox.server import Running, start
from tests.stacks.specs import BROKEN, ENDPOINT, V1, V2, environment
from tests.stacks.terraform import Terraform

pytestmark = pytest.mark.terraform

MODEL_SERVER = Path(__file__).parents[1] / "sandbox" / "sagemaker" / "model_server.py"
ROLLING_OUT = replace(ENDPOINT, canary=V2)
LARGER = Instance("ml.m5.xlarge", 1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    images = tmp_path_factory.mktemp("images") / "images.json"
    command = [sys.executable, str(MODEL_SERVER)]
    images.write_text(json.dumps({"serinus/good:1": command, "serinus/never-answers:1": ["sleep", "600"]}))
    with pytest.MonkeyPatch.context() as patch:
        for setting, seconds in {"PROVISIONING": "0.1", "HEALTH_CHECK": "3", "TERMINATION": "2"}.items():
            patch.setenv(f"SANDBOX_SAGEMAKER_{setting}", seconds)
        with start(images=images) as sandbox:
            yield sandbox


@pytest.fixture(scope="module")
def terraform(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    folder = tmp_path_factory.mktemp("deploy")
    config = cli_config(folder)
    providers = {"TF_CLI_CONFIG_FILE": str(config)} if config else {}
    return Terraform(folder, running.environ() | providers)


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


def eventually(condition: Callable[[], Any], timeout: float = 40) -> Any:
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


def test_a_silent_rollback_fails_the_deploy_and_keeps_what_serves(terraform: Terraform, sagemaker: Any) -> None:
    before = live_configuration(sagemaker)
    terraform.synth(environment(replace(ENDPOINT, stable=BROKEN)))
    outcome = terraform.apply("test-serving")
    assert outcome.code == 1
    assert "SageMaker rolled the deployment of mortgage back" in outcome.text
    assert live_configuration(sagemaker) == before
    assert before in configurations(sagemaker)


def test_the_next_good_deploy_finishes_and_cleans_up(terraform: Terraform, sagemaker: Any) -> None:
    terraform.synth(environment(replace(ENDPOINT, stable=replace(V1, environment={"GREETING": "mended"}))))
    terraform.applied("test-serving")
    assert configurations(sagemaker) == [live_configuration(sagemaker)]
    assert terraform.plan("test-serving").code == 0


def test_an_unproven_version_does_not_become_stable(terraform: Terraform) -> None:
    unproven = replace(V2, version="v9")
    terraform.synth(environment(replace(ENDPOINT, stable=unproven)))
    refused = terraform.plan("test-serving")
    assert refused.code == 1
    assert "v9 is not proven on mortgage" in refused.text


def test_a_canary_is_deployed_without_traffic_and_then_rolled_out(terraform: Terraform, sagemaker: Any) -> None:
    endpoint = replace(ROLLING_OUT, stable=replace(V1, environment={"GREETING": "mended"}))
    terraform.synth(environment(endpoint))
    assert "initial_variant_weight = 0" in terraform.applied("test-serving").text
    eventually(lambda: weights(sagemaker) == {"stable": 7_500, "canary": 2_500})
    assert terraform.plan("test-serving").code == 0


def test_a_rollout_under_way_is_not_reset(terraform: Terraform, sagemaker: Any) -> None:
    endpoint = replace(ROLLING_OUT, stable=replace(V1, environment={"GREETING": "mended"}), instance=LARGER)
    terraform.synth(environment(endpoint))
    refused = terraform.plan("test-serving")
    assert refused.code == 1
    assert "25 %" in refused.text
    terraform.synth(environment(replace(endpoint, force="tests need larger machines")))
    forced = terraform.applied("test-serving")
    assert "OVERRIDE force on mortgage" in forced.text
    assert weights(sagemaker) == {"stable": 7_500, "canary": 2_500}


def test_all_of_it_can_be_destroyed(terraform: Terraform, sagemaker: Any) -> None:
    terraform.synth(environment(ENDPOINT))
    terraform.destroyed("test-serving")
    terraform.destroyed("test-control")
    assert configurations(sagemaker) == []
