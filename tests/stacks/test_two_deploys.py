"""Two deploys at once: of one environment from two checkouts, and of two environments on one bucket. In order."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from infra.spec import S3State, State
from tests.stacks.specs import ENDPOINT, V1, environment
from tests.stacks.stage import IMAGES, Stage, stage
from tests.stacks.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.spec import Environment
    from tests.stacks.terraform import Outcome

pytestmark = pytest.mark.terraform

BUCKET = "serinus-state-123456789012"
NAMES = ("left", "right")
SERVING = "left-serving"
LOCKED = "Error acquiring the state lock"


def says(version: str, name: str = "left") -> Environment:
    """An environment whose state lies in the bucket that it shares, under no prefix of its own."""
    endpoint = replace(ENDPOINT, name=name, stable=replace(V1, environment={"SAYS": version}))
    return replace(environment(endpoint, name=name), state=State(s3=S3State(BUCKET)))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("first"), IMAGES, provisioning="0.1", termination="2") as made:
        made.make_buckets(BUCKET)
        made.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        for name in NAMES:
            made.make_ledger(name)
        yield made


@pytest.fixture(scope="module")
def mine(here: Stage) -> Terraform:
    return here.terraform


@pytest.fixture(scope="module")
def theirs(here: Stage, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Another checkout of the same repository."""
    return Terraform(tmp_path_factory.mktemp("second"), here.terraform.environ)


def state(here: Stage, name: str = "left") -> Any:
    """Read an environment's state as it lies in the bucket."""
    return json.load(here.client("s3").get_object(Bucket=BUCKET, Key=f"{name}-serving.tfstate")["Body"])


def lock(here: Stage) -> Any:
    """Read the lock; None where nobody holds it."""
    try:
        held = here.client("s3").get_object(Bucket=BUCKET, Key="left-serving.tfstate.tflock")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchKey"  # noqa: PT017 - the other answer is a value
        return None
    return json.load(held["Body"])


def test_two_environments_are_deployed_at_once_and_neither_knows_of_the_other(here: Stage, mine: Terraform) -> None:
    def first(name: str) -> Outcome:
        checkouts[name].init(f"{name}-serving")
        return checkouts[name].apply(f"{name}-serving")

    checkouts = {name: Terraform(mine.folder / name, mine.environ) for name in NAMES}
    for name, checkout in checkouts.items():
        checkout.synth(says("v1", name))
    with ThreadPoolExecutor(len(NAMES)) as pool:
        outcomes = list(pool.map(first, NAMES))
    assert [outcome.code for outcome in outcomes] == [0, 0], [outcome.output for outcome in outcomes]
    for name in NAMES:
        assert here.says(name) == "v1"
        kept = [each for each in state(here, name)["resources"] if each["type"] == "aws_sagemaker_endpoint"]
        assert [each["instances"][0]["attributes"]["name"] for each in kept] == [name]


def test_of_two_deploys_of_one_environment_the_second_is_refused_and_changes_nothing(
    here: Stage, mine: Terraform, theirs: Terraform
) -> None:
    for checkout, version in ((mine, "v2"), (theirs, "v3")):
        checkout.synth(says(version))
        checkout.init(SERVING)
    theirs.save(SERVING, "saved.plan")
    before = (state(here), here.live("left"), here.configurations())
    with mine.asking(SERVING) as deploy:
        refused = theirs.apply(SERVING)
        assert (state(here), here.live("left"), here.configurations()) == before
        said, _ = deploy.communicate("yes\n", timeout=120)
    assert refused.code == 1
    assert LOCKED in refused.text
    assert re.search(
        rf"Lock Info: ID: \S+ Path: {BUCKET}/left-serving.tfstate Operation: OperationTypeApply", refused.text
    )
    assert deploy.returncode == 0, said
    assert here.says("left") == "v2"
    assert lock(here) is None


def test_a_plan_that_was_saved_before_another_deploy_is_refused(here: Stage, theirs: Terraform) -> None:
    live, before = here.live("left"), state(here)
    stale = theirs.apply_saved(SERVING, "saved.plan")
    assert stale.code == 1
    assert "Saved plan is stale" in stale.text
    assert (here.live("left"), here.says("left"), state(here)) == (live, "v2", before)


def test_the_lock_of_a_deploy_that_was_killed_is_taken_off_by_hand(
    here: Stage, mine: Terraform, theirs: Terraform
) -> None:
    mine.synth(says("v4"))
    with mine.asking(SERVING):
        held = lock(here)
    refused = theirs.apply(SERVING)
    assert (refused.code, lock(here)) == (1, held)
    found = re.search(r"Lock Info: ID: (\S+)", refused.text)
    assert found
    assert found[1] == held["ID"]
    unlocked = theirs.force_unlock(SERVING, found[1])
    assert unlocked.code == 0, unlocked.output
    theirs.applied(SERVING)
    assert (here.says("left"), lock(here)) == ("v3", None)
