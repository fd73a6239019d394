"""Terraform as a drill runs it: the real one, on a stack that needs neither a provider's download nor AWS."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from cli.drill.serving import DeployError, SynthesizedServing

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.terraform
WHOSE = "import os, pathlib; pathlib.Path('session').write_text(str(os.getsid(0)))"


def stack(version: str, *commands: str) -> str:
    made = [{"local-exec": {"command": command, "working_dir": "${path.module}"}} for command in commands]
    resource = {"input": version, "triggers_replace": version} | ({"provisioner": made} if made else {})
    return json.dumps({"resource": {"terraform_data": {"served": resource}}})


def test_the_file_is_deployed_sabotaged_and_put_back(tmp_path: Path) -> None:
    whose = f'"{sys.executable}" -c "{WHOSE}"'
    serving = SynthesizedServing(tmp_path, stack("v1"), stack("saboteur", whose), tmp_path / "terraform.log")
    serving.init()
    assert serving.pending()
    serving.restore()
    assert not serving.pending()
    serving.sabotage()
    assert serving.pending()
    serving.restore()
    assert not serving.pending()

    # Ctrl-C in this terminal would not have reached it.
    assert int((tmp_path / "session").read_text()) not in (os.getsid(0), 0)
    assert (tmp_path / "cdk.tf.json").read_text() == stack("v1")
    assert (tmp_path / "terraform.log").read_text().count("$ terraform") == 8


def test_a_deploy_that_fails_says_why_in_terraforms_words(tmp_path: Path) -> None:
    failing = stack("saboteur", "echo no capacity left; exit 3")
    serving = SynthesizedServing(tmp_path, stack("v1"), failing, tmp_path / "terraform.log")
    serving.init()
    with pytest.raises(DeployError, match=r"(?s)terraform apply ended with status 1:.*no capacity left"):
        serving.sabotage()
    with pytest.raises(DeployError, match="terraform plan ended with status 1"):
        SynthesizedServing(tmp_path, "{", "", tmp_path / "terraform.log").pending()
