"""`cdktf deploy`, for real: the user's own command, with the sandbox's variables."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.processes import running
from infra.providers import cli_config

_ROOT = Path(__file__).parent.parent
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class DeployError(Exception):
    """A deploy failed; the message is the end of its log."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where a user deploys from: environment files, and `home` for synthesized stacks, state and logs."""

    environments: Path
    home: Path
    variables: Mapping[str, str]
    """The process environment that points AWS clients at an account (or at the sandbox)."""

    @property
    def env(self) -> dict[str, str]:
        """The variables for cdktf and Terraform."""
        found = cli_config(self.home)
        return (
            dict(self.variables)
            | {
                "SERINUS_ENVIRONMENTS": str(self.environments),
                "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
                "CHECKPOINT_DISABLE": "1",
                "DISABLE_VERSION_CHECK": "1",
                "FORCE_COLOR": "0",
                "TF_IN_AUTOMATION": "1",
            }
            | ({"TF_CLI_CONFIG_FILE": str(found)} if found else {})
        )

    def stack(self, name: str) -> Path:
        """The folder in which Terraform runs for a stack."""
        return self.home / "cdktf.out" / "stacks" / name


def command(workshop: Workshop, stacks: str) -> list[str]:
    """The command line that deploys `stacks` (a glob)."""
    output = os.path.relpath(workshop.home / "cdktf.out", _ROOT)
    # Without --skip-provider-lock cdktf asks the public registry for checksums of other platforms.
    return ["npx", "cdktf", "deploy", stacks, "--auto-approve", "--skip-provider-lock", "--output", output]


def deploy(workshop: Workshop, stacks: str, log: Path, tell: Callable[[str], None] = lambda _: None) -> None:
    """Deploy `stacks`; `tell` gets the log's last line now and then. Raises `DeployError`."""
    with running(command(workshop, stacks), workshop.env, log) as process:
        while _runs(process):
            tell(last_line(log))
    if process.returncode:
        raise DeployError(f"cdktf deploy ended with status {process.returncode}:\n{_tail(log, 40)}")


def is_empty(workshop: Workshop, stack: str) -> bool:
    """Whether a plan of the deployed stack changes nothing; raises `DeployError` where there is no plan."""
    done = subprocess.run(
        ["terraform", "plan", "-detailed-exitcode", "-input=false", "-no-color", "-lock=false"],  # noqa: S607 - on PATH
        cwd=workshop.stack(stack),
        env=workshop.env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 2):
        raise DeployError(done.stdout + done.stderr)
    return done.returncode == 0


def last_line(log: Path) -> str:
    """The last line of a log that says anything, without colours."""
    return next((text for text in reversed(_tail(log, 5).splitlines()) if text.strip()), "").strip()


def _runs(process: "subprocess.Popen[bytes]") -> bool:
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        return True
    return False


def _tail(log: Path, lines: int) -> str:
    text = _COLOURS.sub("", log.read_text(errors="replace"))
    return "\n".join(text.splitlines()[-lines:])
