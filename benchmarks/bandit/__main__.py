"""``python -m benchmarks.bandit``: run the benchmark in its own environment."""

import subprocess
import sys

from benchmarks.bandit.environment import PROJECT, python

if __name__ == "__main__":
    command = [str(python()), "-m", "benchmarks.bandit.run", *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=PROJECT, check=False).returncode)  # noqa: S603 - our own module
