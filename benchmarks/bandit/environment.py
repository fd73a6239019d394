"""The benchmark's own environment: the peers' packages, far from the project's."""

import hashlib
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
_REQUIREMENTS = Path(__file__).parent / "requirements.txt"
_FOLDER = PROJECT / "out" / "bandit-benchmark"


def python() -> Path:
    """Return its interpreter; where it is missing or its requirements have changed, make it first."""
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    mark, interpreter = _FOLDER / ".requirements", _FOLDER / "bin" / "python"
    if not mark.exists() or mark.read_text() != wanted:
        print("Installing the peers into an environment of their own (a minute or two) ...", flush=True)
        _run(sys.executable, "-m", "venv", "--clear", str(_FOLDER))
        _run(str(interpreter), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(_REQUIREMENTS))
        mark.write_text(wanted)
    return interpreter


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - our own interpreter and requirements
