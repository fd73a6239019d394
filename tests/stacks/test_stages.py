"""A rollout that begins with a shadow, by real Terraform: the plan stays empty from stage to stage."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.providers import cli_config
from infra.spec import Capture, Deployment, Progressive
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.rollout.plan import Shadow, Step
from sandbox.server import Running, start
from tests.stacks.specs import ENDPOINT, PLAN, V2, environment
from tests.stacks.terraform import Terraform
from tests.stacks.test_deploy import MODEL_SERVER, client, configurations, eventually

pytestmark = pytest.mark.terraform

_STEPS = (Step(0, 3_600, 7_200, shadow=Shadow(3_600)), *PLAN.steps)
SHADOWED = replace(
    ENDPOINT,
    canary=V2,
    capture=Capture("s3://captures/here"),
    rollout=Progressive("progressive", replace(PLAN, steps=_STEPS), Deployment(baking=0, timeout=600)),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    images = tmp_path_factory.mktemp("images") / "images.json"
    images.write_text(json.dumps({"serinus/good:1": [sys.executable, str(MODEL_SERVER)]}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANDBOX_SAGEMAKER_PROVISIONING", "0.1")
        with start(images=images) as sandbox:
            yield sandbox


@pytest.fixture(scope="module")
def terraform(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    folder = tmp_path_factory.mktemp("stages")
    config = cli_config(folder)
    return Terraform(folder, running.environ() | ({"TF_CLI_CONFIG_FILE": str(config)} if config else {}))


def _described(running: Running) -> Any:
    return client(running, "sagemaker").describe_endpoint(EndpointName="mortgage")


def test_the_first_stage_is_deployed_and_the_second_stands_ready(terraform: Terraform, running: Running) -> None:
    client(running, "s3").create_bucket(
        Bucket="captures", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    terraform.synth(environment(SHADOWED))
    for stack in ("test-control", "test-serving"):
        terraform.init(stack)
        terraform.applied(stack)
    described = _described(running)
    assert [v["VariantName"] for v in described["ProductionVariants"]] == ["stable"]
    assert [v["VariantName"] for v in described["ShadowProductionVariants"]] == ["canary"]
    assert len(configurations(client(running, "sagemaker"))) == 2
    assert terraform.plan("test-serving").code == 0


def test_the_plan_is_empty_once_the_controller_has_gone_on(terraform: Terraform, running: Running) -> None:
    endpoints = SageMakerEndpoints(client(running, "sagemaker"))
    before = endpoints.live("mortgage")
    assert before is not None
    (pair,) = set(configurations(client(running, "sagemaker"))) - {before.config}
    endpoints.set_configuration(before, pair)
    eventually(lambda: (live := endpoints.live("mortgage")) and live.settled and live.config == pair)
    assert [v["VariantName"] for v in _described(running)["ProductionVariants"]] == ["stable", "canary"]
    assert terraform.plan("test-serving").code == 0


def test_the_next_canary_begins_in_the_shadow_again(terraform: Terraform, running: Running) -> None:
    following = replace(SHADOWED, canary=replace(V2, version="v3", environment={"GREETING": "three"}))
    terraform.synth(environment(replace(following, force="v2 was not good enough")))
    terraform.applied("test-serving")
    assert [v["VariantName"] for v in _described(running)["ShadowProductionVariants"]] == ["canary"]
    assert len(configurations(client(running, "sagemaker"))) == 2
    assert terraform.plan("test-serving").code == 0


def test_all_of_it_can_be_destroyed(terraform: Terraform, running: Running) -> None:
    terraform.destroyed("test-serving")
    terraform.destroyed("test-control")
    assert configurations(client(running, "sagemaker")) == []
