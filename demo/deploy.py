"""`cdktf deploy`, for real: the user's own command, with the sandbox's variables."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.processes import ROOT, running
from infra.providers import variables

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_OF_A_STACK = re.compile(r"[\w-]+-(control|serving)\s+\S")


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
        return (
            dict(self.variables)
            | {
                "SERINUS_ENVIRONMENTS": str(self.environments),
                "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
                "DISABLE_VERSION_CHECK": "1",
                "FORCE_COLOR": "0",
            }
            | variables(self.home)
        )


def command(workshop: Workshop, stacks: str) -> list[str]:
    """The command line that deploys `stacks` (a glob)."""
    output = os.path.relpath(workshop.home / "cdktf.out", ROOT)
    # Without --skip-provider-lock cdktf asks the public registry for checksums of other platforms.
    return ["npx", "cdktf", "deploy", stacks, "--auto-approve", "--skip-provider-lock", "--output", output]


def deploy(workshop: Workshop, stacks: str, log: Path, tell: Callable[[str], None] = lambda _: None) -> None:
    """Deploy `stacks`; `tell` gets the log's last line now and then. Raises `DeployError`."""
    with running(command(workshop, stacks), workshop.env, log) as process:
        while _runs(process):
            tell(last_line(log))
    if process.returncode:
        raise DeployError(f"cdktf deploy ended with status {process.returncode}:\n{_tail(log, 40)}")


def last_line(log: Path) -> str:
    """What a deploy is at: the last line of its log that speaks of a stack, or else of anything."""
    lines = [text.strip() for text in _tail(log, 30).splitlines() if text.strip()]
    return next(filter(_OF_A_STACK.match, reversed(lines)), lines[-1] if lines else "")


def _runs(process: "subprocess.Popen[bytes]") -> bool:
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        return True
    return False


def _tail(log: Path, lines: int) -> str:
    text = _COLOURS.sub("", log.read_text(errors="replace"))
    return "\n".join(text.splitlines()[-lines:])
