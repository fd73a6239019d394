"""``python -m infra.spec [PATH …]`` checks environment files or folders; ``… schema [FILE]`` writes the schema."""

import sys
from collections.abc import Sequence
from pathlib import Path

from infra.spec.check import check
from infra.spec.schema import schema

FOLDER = Path("environments")


def main(arguments: Sequence[str]) -> int:
    """Run; returns the exit code."""
    if arguments[:1] == ["schema"]:
        file = Path(arguments[1]) if len(arguments) > 1 else FOLDER / "schema.json"
        file.write_text(schema(), encoding="utf-8")
        return 0
    report = check([Path(argument) for argument in arguments] or [FOLDER])
    sys.stdout.write(report.text + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
