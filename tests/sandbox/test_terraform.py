from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra.providers import variables
from tests.sandbox.functions import zipped

if TYPE_CHECKING:
    from tests.conftest import Sandbox

SOURCE = "import os\n\ndef handler(event, context):\n    return {'got': event, 'word': os.environ['WORD']}\n"


class Terraform:
    """Terraform in a folder of its own, with the sandbox's variables and nothing else that names AWS."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        shutil.copy(Path(__file__).parent / "terraform" / "main.tf", folder)
        (folder / "package.zip").write_bytes(zipped(SOURCE))
        self._folder = folder
        self._environ = sandbox.running.environ() | variables(folder) | {"TF_VAR_package": "package.zip"}

    def run(self, command: str, *arguments: str, expect: int = 0) -> str:
        argv = ["terraform", command, "-no-color", *arguments]
        done = subprocess.run(argv, cwd=self._folder, env=self._environ, check=False, capture_output=True, text=True)
        assert done.returncode == expect, done.stdout[-6000:] + done.stderr
        return done.stdout

    def outputs(self) -> dict[str, Any]:
        return {name: output["value"] for name, output in json.loads(self.run("output", "-json")).items()}


@pytest.mark.terraform
def test_terraform_applies_plans_empty_updates_and_destroys(sandbox: Sandbox, tmp_path: Path) -> None:
    terraform = Terraform(sandbox, tmp_path)
    terraform.run("init", "-input=false")
    for second, word in (("false", "a"), ("true", "b")):
        change = f"-var=second={second}"
        terraform.run("apply", "-auto-approve", "-input=false", change)
        terraform.run("plan", "-detailed-exitcode", "-input=false", change)  # 0: nothing to change
        outputs = terraform.outputs()
        assert outputs["live"] == {"got": {"k": 1}, "word": word}
        assert outputs["account"] == "123456789012"
        assert "test-f" in outputs["names"]
    assert "Destroy complete!" in terraform.run("destroy", "-auto-approve", "-input=false")
