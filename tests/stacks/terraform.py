"""Real Terraform with the real AWS provider on a synthesized stack."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
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

    def save(self, stack: str, plan: str) -> None:
        """Save a plan in a file of that name, as the deploy workflow does before anybody approves it."""
        outcome = self._run(stack, "plan", "-input=false", f"-out={plan}")
        assert outcome.code == 0, outcome.output

    def apply_saved(self, stack: str, plan: str) -> Outcome:
        return self._run(stack, "apply", "-input=false", plan)

    def force_unlock(self, stack: str, lock: str) -> Outcome:
        return self._run(stack, "force-unlock", "-force", lock)

    @contextmanager
    def asking(self, stack: str) -> Iterator["subprocess.Popen[str]"]:
        """Apply as a person does who has yet to say yes: what it means to do is planned, and the state locked."""
        with subprocess.Popen(
            self._command(stack, "apply"),
            env=dict(self.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                _await(process, "Enter a value:")
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def destroy(self, stack: str) -> Outcome:
        return self._run(stack, "destroy", "-input=false", "-auto-approve")

    def destroyed(self, stack: str) -> None:
        outcome = self.destroy(stack)
        assert outcome.code == 0, outcome.output

    def _command(self, stack: str, *arguments: str) -> list[str]:
        verb, *rest = arguments
        return ["terraform", f"-chdir={self.folder / 'cdktf.out' / 'stacks' / stack}", verb, "-no-color", *rest]

    def _run(self, stack: str, *arguments: str) -> Outcome:
        done = subprocess.run(
            self._command(stack, *arguments),
            env=dict(self.environ),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Outcome(done.returncode, done.stdout + done.stderr)


def _await(process: "subprocess.Popen[str]", words: str) -> None:
    """Read what a process says until it has said that; it fails where it ends without."""
    assert process.stdout
    said = ""
    for read in iter(partial(process.stdout.read, 1), ""):
        said += read
        if said.endswith(words):
            return
    raise AssertionError(said)
