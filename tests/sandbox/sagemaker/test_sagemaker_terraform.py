"""Real Terraform and the real AWS provider against the sandbox's SageMaker."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.providers import variables
from tests.sandbox.sagemaker.hosting import IMAGE, Hosting, eventually

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "by-terraform"


@dataclass(frozen=True)
class Terraform:
    """A working directory with one state."""

    directory: Path
    environ: Mapping[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", f"-chdir={self.directory}", *arguments, "-no-color"],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def apply(self, version: str, ping: str = "") -> subprocess.CompletedProcess[str]:
        return self.run("apply", "-auto-approve", "-input=false", *self._variables(version, ping))

    def plan(self, version: str, ping: str = "") -> int:
        """Return 0 for an empty plan, 2 for changes, 1 for an error."""
        return self.run("plan", "-detailed-exitcode", "-input=false", *self._variables(version, ping)).returncode

    def destroy(self) -> subprocess.CompletedProcess[str]:
        return self.run("destroy", "-auto-approve", "-input=false", *self._variables("gone", ""))

    @staticmethod
    def _variables(version: str, ping: str) -> list[str]:
        given = {"version_name": version, "ping": ping, "image": IMAGE, "prefix": NAME}
        return [f"-var={key}={value}" for key, value in given.items()]


@pytest.fixture
def terraform(hosting: Hosting, tmp_path: Path) -> Terraform:
    shutil.copy(Path(__file__).parent / "terraform" / "main.tf", tmp_path)
    made = Terraform(tmp_path, hosting.running.environ() | variables(tmp_path))
    done = made.run("init", "-input=false")
    assert done.returncode == 0, done.stderr
    return made


def configs(hosting: Hosting) -> list[str]:
    items = hosting.api.list_endpoint_configs(NameContains=NAME)["EndpointConfigs"]
    return [item["EndpointConfigName"] for item in items]


@pytest.mark.terraform
def test_a_silent_rollback_fails_the_apply_and_keeps_what_is_live(hosting: Hosting, terraform: Terraform) -> None:
    done = terraform.apply("v1")
    assert done.returncode == 0, done.stderr
    assert terraform.plan("v1") == 0
    (live,) = configs(hosting)

    done = terraform.apply("v2", ping="never")
    assert done.returncode == 1
    assert "SageMaker rolled the update back." in done.stderr
    assert hosting.describe(NAME)["EndpointConfigName"] == live
    assert live in configs(hosting)
    assert hosting.says(NAME) == "v1"

    done = terraform.apply("v3")
    assert done.returncode == 0, done.stderr
    assert hosting.says(NAME) == "v3"
    assert configs(hosting) == [hosting.describe(NAME)["EndpointConfigName"]] != [live]
    hosting.reweigh(NAME, stable=7500, canary=2500)
    hosting.settled(NAME)
    assert terraform.plan("v3") == 0

    done = terraform.destroy()
    assert done.returncode == 0, done.stderr
    assert configs(hosting) == []
    eventually(lambda: not hosting.api.list_endpoints(NameContains=NAME)["Endpoints"])
