"""The serving stack as it is deployed in a drill: with the saboteur, and then as the environment file asks for it.

Both are synthesized before anything is touched, so the way back needs Terraform and its state, and nothing else. The
state is that of `cdktf deploy`: the stack lies where cdktf puts it.
"""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from infra.providers import variables
from infra.spec import Environment

PROJECT = Path(__file__).resolve().parents[2]
_SYNTHESIZED = "cdk.tf.json"
_NOTHING_TO_DO, _CHANGES = 0, 2
"""Exit codes of ``terraform plan -detailed-exitcode``."""


class DeployError(Exception):
    """Terraform failed; the message is the end of what it said."""


class Serving(Protocol):
    """What a drill does to the serving stack."""

    def pending(self) -> bool:
        """Tell whether the environment file asks for something that is not deployed; raises `DeployError`."""
        ...

    def sabotage(self) -> None:
        """Deploy the saboteur; raises `DeployError`."""
        ...

    def restore(self) -> None:
        """Deploy what the environment file asks for; raises `DeployError`."""
        ...


@dataclass(frozen=True, slots=True)
class SynthesizedServing:
    """Implements `Serving` by Terraform, in ``folder``; all that it says is appended to ``log``."""

    folder: Path
    asked: str
    sabotaged: str
    log: Path

    def init(self) -> None:
        """Get the providers and reach the state."""
        self._use(self.asked)
        self._terraform("init")

    def pending(self) -> bool:
        """Plan what the file asks for."""
        self._use(self.asked)
        return self._terraform("plan", "-detailed-exitcode", fine=(_NOTHING_TO_DO, _CHANGES)) == _CHANGES

    def sabotage(self) -> None:
        """Apply with the saboteur."""
        self._use(self.sabotaged)
        self._terraform("apply", "-auto-approve")

    def restore(self) -> None:
        """Apply what the file asks for."""
        self._use(self.asked)
        self._terraform("apply", "-auto-approve")

    def _use(self, stack: str) -> None:
        (self.folder / _SYNTHESIZED).write_text(stack, encoding="utf-8")

    def _terraform(self, command: str, *flags: str, fine: Iterable[int] = (0,)) -> int:
        """Run to the end, whatever happens in the terminal: half a deploy is worse than none."""
        argv = ["terraform", f"-chdir={self.folder}", command, "-input=false", "-no-color", *flags]
        environ = os.environ | variables(self.folder)
        with self.log.open("a", encoding="utf-8") as log:
            began = log.tell()
            log.write(f"$ {' '.join(argv)}\n")
            log.flush()
            # A session of its own: Ctrl-C in the terminal reaches this process, and not Terraform.
            code = subprocess.run(  # noqa: S603 - our own command line
                argv,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                start_new_session=True,
            ).returncode
        if code not in fine:
            said = self.log.read_bytes()[began:].decode(errors="replace")
            raise DeployError(f"terraform {command} ended with status {code}:\n{_end(said)}")
        return code


def synthesize(environment: Environment, drilled: Environment, log: Path) -> SynthesizedServing:
    """Synthesize both, the one that the file asks for last, to stay in cdktf's folder; raises `DeployError`."""
    outdir = Path(os.environ.get("CDKTF_OUTDIR", PROJECT / "cdktf.out")).resolve()
    folder = outdir / "stacks" / f"{environment.name}-serving"
    sabotaged, asked = (_synthesized(each, outdir, folder) for each in (drilled, environment))
    serving = SynthesizedServing(folder, asked, sabotaged, log)
    serving.init()
    return serving


def _synthesized(environment: Environment, outdir: Path, folder: Path) -> str:
    from stacks.app import build  # noqa: PLC0415 - jsii takes seconds, and no other command needs it

    build([environment], outdir).synth()
    return (folder / _SYNTHESIZED).read_text(encoding="utf-8")


def _end(said: str) -> str:
    return "\n".join(said.splitlines()[-30:])
