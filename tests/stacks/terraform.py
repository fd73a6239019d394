"""Real Terraform with the real AWS provider on a synthesized stack."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.spec import Environment
from stacks.app import build


@dataclass(frozen=True)
class Outcome:
    """What a Terraform command said; ``text`` without line breaks and frames, as messages are wrapped."""

    code: int
    output: str

    @property
    def text(self) -> str:
        return " ".join(self.output.replace("│", " ").split())


@dataclass(frozen=True)
class Terraform:
    """Runs Terraform on the stacks of one environment, under ``folder``."""

    folder: Path
    environ: Mapping[str, str]

    def synth(self, environment: Environment) -> None:
        build([environment], self.folder / "cdktf.out").synth()

    def init(self, stack: str) -> None:
        outcome = self._run(stack, "init", "-input=false")
        assert outcome.code == 0, outcome.output

    def apply(self, stack: str) -> Outcome:
        return self._run(stack, "apply", "-input=false", "-auto-approve")

    def applied(self, stack: str) -> Outcome:
        outcome = self.apply(stack)
        assert outcome.code == 0, outcome.output
        return outcome

    def plan(self, stack: str) -> Outcome:
        """Exit code 0: nothing to do, 1: refused, 2: changes."""
        return self._run(stack, "plan", "-input=false", "-detailed-exitcode")

    def destroy(self, stack: str) -> Outcome:
        return self._run(stack, "destroy", "-input=false", "-auto-approve")

    def destroyed(self, stack: str) -> None:
        outcome = self.destroy(stack)
        assert outcome.code == 0, outcome.output

    def _run(self, stack: str, *arguments: str) -> Outcome:
        done = subprocess.run(
            ["terraform", f"-chdir={self.folder / 'cdktf.out' / 'stacks' / stack}", *arguments, "-no-color"],
            env=dict(self.environ),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Outcome(done.returncode, done.stdout + done.stderr)
