"""Environments of the benchmarks' own: the peers' packages, far from the project's."""

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def run(name: str, arguments: Sequence[str]) -> int:
    """Run ``benchmarks.NAME.run`` in its environment; returns the exit code."""
    command = [str(_python(name)), "-m", f"benchmarks.{name}.run", *arguments]
    return subprocess.run(command, cwd=PROJECT, check=False).returncode  # noqa: S603 - our own module


def _python(name: str) -> Path:
    """Return the interpreter; where it is missing or its requirements have changed, make it first."""
    requirements = PROJECT / "benchmarks" / name / "requirements.txt"
    folder = PROJECT / "out" / f"{name}-benchmark"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    mark, interpreter = folder / ".requirements", folder / "bin" / "python"
    if not mark.exists() or mark.read_text() != wanted:
        print("Installing the peers into an environment of their own (a minute or two) ...", flush=True)
        _do(sys.executable, "-m", "venv", "--clear", str(folder))
        # The lock is whole; pip, asked to resolve it, takes the extra of a package for another one without a hash.
        locked = ("--require-hashes", "--no-deps", "-r", str(requirements))
        _do(str(interpreter), "-m", "pip", "install", "--quiet", *locked)
        mark.write_text(wanted)
    return interpreter


def _do(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - our own interpreter and requirements
