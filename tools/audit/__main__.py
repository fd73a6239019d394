"""`python -m tools.audit`: every lock of Python's, and npm's, against the advisories that are known today."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.audit.advisories import Advisory, of_npm, of_pip, read, wrong

PROJECT = Path(__file__).parents[2]
_PIP = (PROJECT / ".venv-audit" / "bin" / "pip-audit", "--disable-pip", "--require-hashes", "--format", "json")
_NPM = ("npm", "audit", "--json", "--package-lock-only")
_VULNERABLE = (0, 1)
"""How both end: with 1 where something is known."""


def main() -> int:
    """Ask both; exit with 1 for what may not stay."""
    try:
        found = dict.fromkeys(_advisories())
    except ValueError as error:
        raise SystemExit(f"advisories cannot be asked for: {error}") from None
    said = wrong(found, read(), datetime.now(UTC).date())
    for line in said:
        print(line, file=sys.stderr)
    print(f"{len(found)} known vulnerabilities, {len(said)} of them or of their ignores to look at")
    return 1 if said else 0


def _advisories() -> Iterator[Advisory]:
    for lock in sorted((PROJECT / "locks").glob("*.txt")):
        yield from of_pip(_told([*_PIP, "--requirement", lock]))
    yield from of_npm(_told(_NPM))


def _told(command: Sequence[str | Path]) -> Any:
    done = subprocess.run(  # noqa: S603 - its own arguments
        command, cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode not in _VULNERABLE or not done.stdout:
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    raise SystemExit(main())
