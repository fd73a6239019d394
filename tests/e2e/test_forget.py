from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.artifact import build
from infra.providers import cli_config
from lambdas.adapters.appconfig import AppConfigAssignments

if TYPE_CHECKING:
    from tests.conftest import Sandbox

HERE = Path(__file__).parent


@pytest.mark.terraform
def test_what_was_published_does_not_keep_terraform_from_destroying(sandbox: Sandbox, tmp_path: Path) -> None:
    shutil.copy(HERE / "sticky" / "main.tf", tmp_path)
    package = build(HERE.parents[1] / "lambdas").write(tmp_path)
    environ = sandbox.running.environ() | {"CHECKPOINT_DISABLE": "1", "TF_VAR_package": str(package)}
    environ.pop("TF_CLI_CONFIG_FILE", None)
    if found := cli_config(tmp_path):
        environ["TF_CLI_CONFIG_FILE"] = str(found)

    def terraform(*argv: str) -> None:
        done = subprocess.run(
            ["terraform", *argv], cwd=tmp_path, env=environ, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr

    assignments = AppConfigAssignments(sandbox.client("appconfig"), "destroyed")
    terraform("init", "-input=false")
    terraform("apply", "-auto-approve", "-input=false")
    assignments.set_stable_only("mortgage", on=True)
    terraform("plan", "-detailed-exitcode", "-input=false")
    sandbox.eventually(lambda: not (published := assignments.published("mortgage")) or not published.under_way)
    terraform("destroy", "-auto-approve", "-input=false")
    applications = sandbox.client("appconfig").list_applications()["Items"]
    assert "serinus-destroyed" not in [application["Name"] for application in applications]
