"""The state: a killed deploy leaves its lock on it, or, in a folder, nothing; and its key in S3 has moved once."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

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
    s3: Any

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
        s3 = client(running, "s3")
        s3.create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": ours.region})
        yield Deploys(tmp_path, running.environ(), s3)


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


def test_a_state_at_the_key_of_before_is_copied_and_nothing_is_made_anew(deploys: Deploys) -> None:
    """Up to 2026-11-26 the key had no environment in it: docs/bootstrap.md says how it moves."""
    module = json.loads((deploys.folder / "main.tf.json").read_text())
    now = module["terraform"]["backend"]["s3"]["key"]
    before = now.replace("test-control", "control")
    assert (before, now) == ("serinus/control.tfstate", "serinus/test-control.tfstate")
    old = json.loads(json.dumps(module))
    old["terraform"]["backend"]["s3"]["key"] = before
    (deploys.folder / "main.tf.json").write_text(json.dumps(old))
    for command in (("init", "-input=false"), ("apply", "-auto-approve", "-input=false")):
        code, said = deploys.run(*command)
        assert code == 0, said

    deploys.s3.copy_object(Bucket="states", CopySource=f"states/{before}", Key=now)
    (deploys.folder / "main.tf.json").write_text(json.dumps(module))

    code, said = deploys.run("init", "-input=false", "-reconfigure")
    assert code == 0, said
    code, said = deploys.run("plan", "-input=false", "-detailed-exitcode")
    assert (code, "No changes" in said) == (0, True), said


def test_a_state_in_a_folder_that_a_kill_left_empty_comes_back_from_its_backup(deploys: Deploys) -> None:
    state = deploys.folder / "kept.tfstate"
    module: dict[str, Any] = {"terraform": {"backend": {"local": {"path": state.name}}}}
    for names in (("one",), ("one", "two")):
        written = {**module, "resource": {"terraform_data": {name: {} for name in names}}}
        (deploys.folder / "main.tf.json").write_text(json.dumps(written))
        for command in (("init", "-input=false"), ("apply", "-auto-approve", "-input=false")):
            code, said = deploys.run(*command)
            assert code == 0, said

    state.write_text("")
    code, said = deploys.run("plan", "-input=false", "-detailed-exitcode")
    assert (code, "2 to add" in said) == (2, True), said

    shutil.copy(f"{state}.backup", state)
    code, said = deploys.run("plan", "-input=false", "-detailed-exitcode")
    assert (code, "1 to add" in said) == (2, True), said
