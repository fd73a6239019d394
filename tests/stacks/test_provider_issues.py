"""Known failures of the AWS provider, replayed with the provider itself: in plain Terraform, and in Serinus's stacks.

A number is an issue of hashicorp/terraform-provider-aws. `plainly` shows that the replay is one: what the issue
reports happens. `ours` goes through the same, and ends with the right message and in a good state. All of it on one
sandbox; each fixture tells its story once, and the tests look at what came of it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.rollout.names import alarm, notifications_topic
from sandbox.sagemaker.fleet import float32
from tests.infra.specs import PROGRESSIVE, changed, refusal
from tests.sandbox.roles import EVERYTHING, role
from tests.sandbox.sagemaker.hosting import eventually
from tests.stacks import plainly
from tests.stacks.issues import MENDED, MIXED, NEW, OLD, Told, model, ours_with, tell
from tests.stacks.plainly import FRACTIONS, ORDERED, SILENT, WHOLE
from tests.stacks.specs import BROKEN
from tests.stacks.stage import IMAGES, MODEL_SERVER, Stage, stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from tests.stacks.terraform import Outcome

pytestmark = pytest.mark.terraform

CONTROL, SERVING = "issues-control", "issues-serving"
ROLLED_BACK = "SageMaker rolled the deployment of silent back"
UNHEALTHY = "did not pass the ping health check"
LAST = (model(SAYS="mended"), model(SAYS="v2"))
"""Models of the last good deploy."""
GONE = "Could not find endpoint configuration"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("issues")
    shutil.copy(MODEL_SERVER, folder / "old.py")
    images = IMAGES | {OLD.image: (sys.executable, str(folder / "old.py"))}
    with stage(folder, images, provisioning="0.1", termination="2", weight_change="0.1") as made:
        role(made, "sagemaker", EVERYTHING, name="models")  # plain Terraform's
        yield made


@pytest.fixture(scope="module")
def control(here: Stage) -> Iterator[Future[Outcome]]:
    """Deploy the control plane meanwhile: the provider waits for its queue most of the time."""
    here.terraform.synth(ours_with(model(SAYS="v1"), model(SAYS="v1")))
    here.terraform.init(CONTROL)
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(here.terraform.applied, CONTROL)


@pytest.fixture(scope="module")
def plain(here: Stage, control: Future[Outcome]) -> Told:
    """Tell the story in plain Terraform, while the control plane is being deployed."""
    assert not control.cancelled()
    folder = here.terraform.folder
    bad = partial(plainly.write, folder, silent="broken", scaled="other")
    good = partial(plainly.write, folder, silent="mended", scaled="other", ordered="other")
    plainly.write(folder)
    return tell(here, plainly.STACK, "plain-", (bad, good))


@pytest.fixture(scope="module")
def ours(here: Stage, control: Future[Outcome]) -> Told:
    """Tell the same in Serinus's stacks."""
    control.result()
    write = here.terraform.synth
    bad = ours_with(replace(BROKEN, environment={"SAYS": "bad"}), model(SAYS="v2"))
    return tell(here, SERVING, "", (partial(write, bad), partial(write, ours_with(*LAST))))


def test_39099_an_update_that_fails_fails_the_apply_and_says_where_the_reason_is(plain: Told, ours: Told) -> None:
    """39099: UpdateEndpoint fails later, the endpoint stays InService, and the apply says nothing of it.

    Ours says that SageMaker took it back, and how to ask for the FailureReason, which is there. That an alarm's
    rollback is told too: `test_a_bad_update_is_taken_back_by_its_alarm_and_fails_the_deploy`.
    """
    assert (plain.bad.code, plain.served) == (0, plain.before)
    assert UNHEALTHY in plain.reason
    assert UNHEALTHY not in plain.bad.text
    assert (ours.bad.code, ours.served) == (1, ours.before)
    assert ROLLED_BACK in ours.bad.text
    assert "describe-endpoint --endpoint-name silent --query FailureReason" in ours.bad.text
    assert UNHEALTHY in ours.reason


def test_46663_a_configuration_that_does_not_persist_is_no_success(plain: Told, ours: Told) -> None:
    """46663: exit code 0 and "Modifications complete"; each later plan shows the same change, each apply "succeeds".

    Ours exits with 1. The next plan shows what is pending, and an apply that is good finishes it.
    """
    assert "aws_sagemaker_endpoint.silent: Modifications complete" in plain.bad.text
    assert "Apply complete!" in plain.bad.text
    assert plain.after.code == 2
    assert "Apply complete!" not in ours.bad.text
    assert f"it serves {ours.before}, as before" in ours.bad.text
    assert ours.after.code == 2
    assert f'endpoint_config_name = "{ours.before}" ->' in ours.after.text
    assert ours.next.code == 0


def test_48997_the_configuration_that_serves_is_never_deleted(plain: Told, ours: Told, here: Stage) -> None:
    """48997: with create_before_destroy the configuration in use is deleted, and no later update is taken.

    Ours keeps it, so the next deploy goes through, and only then cleans up.
    """
    assert plain.served not in plain.there
    assert plain.next.code == 1
    assert f'{GONE} "arn:aws:sagemaker:eu-west-1:123456789012:endpoint-config/{plain.served}"' in plain.next.text
    assert ours.served in ours.there
    assert here.says(SILENT) == "mended"
    assert here.live(SILENT) != ours.before
    assert ours.before not in here.configurations()
    assert here.terraform.plan(SERVING).code == 0


def test_40048_a_configuration_is_deleted_after_the_endpoint_has_left_it(plain: Told, ours: Told) -> None:
    """40048: the old configuration is deleted before the endpoint is updated, and so the update is refused.

    Ours makes the new one, then updates the endpoint, then deletes the old one.
    """
    assert f"Error: updating SageMaker AI Endpoint (plain-{ORDERED})" in plain.next.text
    assert f"{GONE} " in plain.next.text.partition(f"(plain-{ORDERED})")[2].partition("with aws_")[0]
    lines = ours.next.output.splitlines()
    made, left, deleted = (
        next(i for i, line in enumerate(lines) if line.startswith(f"aws_sagemaker_endpoint{what}") and how in line)
        for what, how in (
            ("_configuration.silent", "Creation complete"),
            (".silent", "Modifications complete"),
            ("_configuration.silent", f"Destroying... [id={ours.before}]"),
        )
    )
    assert made < left < deleted


def test_48990_instances_that_autoscaling_added_outlive_an_apply(plain: Told, ours: Told) -> None:
    """48990: UpdateEndpoint resets counts and weights to what the new configuration says.

    Ours writes what is live into the new one. For weights in mid-rollout see `test_a_rollout_under_way_is_not_reset`
    and `test_force_keeps_the_live_weights_and_counts`.
    """
    assert plain.instances == 1
    assert ours.first.code == 0
    assert ours.instances == 3


def test_43643_weights_are_whole_basis_points_which_sagemakers_floats_hold(
    plain: Told, ours: Told, tmp_path: Path
) -> None:
    """43643: weights such as 0.8 come back as 0.800000011920929, and are replaced by each apply for ever.

    Ours are integers up to 10,000, which a single float holds exactly; what is no whole basis point is refused.
    """
    assert plain.first.code == 2
    assert f"aws_sagemaker_endpoint_configuration.{FRACTIONS} must be replaced" in plain.first.text
    assert "initial_variant_weight = 0.800000011920929 -> 0.8 # forces replacement" in plain.first.text
    assert f"aws_sagemaker_endpoint_configuration.{WHOLE} must be replaced" not in plain.first.text
    assert ours.first.code == 0
    assert all(float32(weight) == weight for weight in range(10_001))
    told = {
        weight: refusal(tmp_path, changed(PROGRESSIVE, "weight: 1%", f"weight: {weight}"))
        for weight in ("0.8", "33.333%")
    }
    assert "steps[0].weight: 0.8\n  is not a percentage\n  fix: write a percentage, such as 1%" in told["0.8"]
    assert "33.333%\n  is not a whole number of basis points (0.01%)" in told["33.333%"]


@dataclass(frozen=True)
class Mix:
    """An update that could neither be finished nor taken back: what was said of it, and what ended it."""

    deploy: Outcome
    before: str
    shown: Any
    there: set[str]
    status: str
    letters: list[dict[str, str]]
    again: Outcome


@pytest.fixture(scope="module")
def mix(here: Stage, ours: Told) -> Mix:
    """Let the old fleet die, for good, while the new one bakes, and then an alarm fire."""
    assert ours.next.code == 0
    terraform = here.terraform
    letters = here.letters(notifications_topic("issues"))
    before, old = here.live(MIXED), here.answer(MIXED)["pid"]
    broken = ours_with(*LAST, mixed=NEW)
    terraform.synth(broken)
    with ThreadPoolExecutor(1) as pool:
        deploy = pool.submit(terraform.apply, SERVING)
        eventually(lambda: _bakes(here), 60)
        (terraform.folder / "old.py").unlink()
        os.kill(old, signal.SIGKILL)
        eventually(lambda: _rung(here), 60)
        outcome = deploy.result()
    shown, there = here.described(MIXED), here.configurations()
    status = here.serinus(broken, "status", "issues", MIXED)
    told = eventually(lambda: [each for each in letters() if "ROLLING_BACK" in each["Subject"]], 60)
    terraform.synth(ours_with(*LAST, mixed=MENDED))
    return Mix(outcome, before, shown, there, status, told, terraform.apply(SERVING))


def _bakes(here: Stage) -> bool:
    pending = here.described(MIXED).get("PendingDeploymentSummary", {"ProductionVariants": ()})
    return any(v["VariantStatus"][0]["Status"] == "Baking" for v in pending["ProductionVariants"])


def _rung(here: Stage) -> bool:
    """Set the alarm off until it has been heard; CloudWatch, which looks twice a second, may find all well again."""
    here.client("cloudwatch").set_alarm_state(
        AlarmName=alarm("issues", MIXED, "stable", "error_rate"), StateValue="ALARM", StateReason="a test"
    )
    return bool(here.described(MIXED)["EndpointStatus"] != "Updating")


def test_a_mix_of_configurations_is_told_by_the_deploy_by_status_and_to_people(mix: Mix) -> None:
    """UpdateRollbackFailed: the new fleet failed, and the old one could not come back."""
    assert (mix.shown["EndpointStatus"], mix.shown["EndpointConfigName"]) == ("UpdateRollbackFailed", mix.before)
    assert mix.deploy.code == 1
    assert "unexpected state 'UpdateRollbackFailed', wanted target 'InService'" in mix.deploy.text
    assert mix.shown["FailureReason"] in mix.deploy.text
    assert "could neither finish a deployment nor take it back, and serves some of both" in mix.status
    assert "Only another deploy ends that" in mix.status
    assert [f"could not roll back to {mix.before}" in each["Message"] for each in mix.letters] == [True]
    assert "Deploy again" in mix.letters[0]["Message"]


def test_another_deploy_ends_the_mix_and_until_then_nothing_is_deleted(mix: Mix, here: Stage) -> None:
    assert {mix.before, mix.shown["PendingDeploymentSummary"]["EndpointConfigName"]} <= mix.there
    assert mix.again.code == 0, mix.again.output
    shown = here.described(MIXED)
    assert (shown["EndpointStatus"], here.says(MIXED)) == ("InService", "mended")
    assert here.configurations() >= {shown["EndpointConfigName"]}
    assert mix.before not in here.configurations()
    assert here.terraform.plan(SERVING).code == 0
