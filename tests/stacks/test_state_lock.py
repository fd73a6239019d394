"""A deploy that is killed leaves its lock on the state in S3: nobody else can deploy until it is taken away."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from infra.spec import State
from infra.spec.environment import S3State
from sandbox.server import start
from stacks.app import build
from tests.stacks.specs import ENDPOINT, environment
from tests.stacks.test_deploy import client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.terraform

_SLOWLY = {"terraform_data": {"work": {"provisioner": [{"local-exec": {"command": "sleep ${var.seconds}"}}]}}}


@dataclass(frozen=True)
class Deploys:
    """Terraform with a module that holds nothing but our backend and something that takes its time."""

    folder: Path
    environ: Mapping[str, str]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["terraform", f"-chdir={self.folder}", *arguments, "-no-color"],
            env=dict(self.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        return process.returncode, " ".join(output.replace("│", " ").split())


@pytest.fixture
def deploys(tmp_path: Path) -> Iterator[Deploys]:
    ours = replace(environment(ENDPOINT), state=State(s3=S3State(bucket="states", prefix="serinus")))
    build([ours], tmp_path / "cdktf.out").synth()
    stack = json.loads((tmp_path / "cdktf.out" / "stacks" / "test-control" / "cdk.tf.json").read_text())
    module = {
        "terraform": {"backend": stack["terraform"]["backend"]},
        "variable": {"seconds": {"default": 0}},
        "resource": _SLOWLY,
    }
    (tmp_path / "main.tf.json").write_text(json.dumps(module))
    with start() as running:
        client(running, "s3").create_bucket(
            Bucket="states", CreateBucketConfiguration={"LocationConstraint": ours.region}
        )
        yield Deploys(tmp_path, running.environ())


def test_a_lock_that_a_killed_deploy_left_is_named_and_can_be_taken_away(deploys: Deploys) -> None:
    code, said = deploys.run("init", "-input=false")
    assert code == 0, said
    killed = deploys.start("apply", "-auto-approve", "-input=false", "-var=seconds=600")
    assert killed.stdout
    deadline = time.monotonic() + 60
    while "Provisioning with 'local-exec'" not in killed.stdout.readline():
        assert time.monotonic() < deadline
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()

    code, said = deploys.run("apply", "-auto-approve", "-input=false")
    assert (code, "Error acquiring the state lock" in said) == (1, True), said
    lock = re.search(r"ID: +([0-9a-f-]{36})", said)
    assert lock, said

    code, said = deploys.run("force-unlock", "-force", lock[1])
    assert code == 0, said
    code, said = deploys.run("apply", "-auto-approve", "-input=false")
    assert code == 0, said
