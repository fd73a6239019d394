"""``python -m benchmarks.bandit``: run the benchmark in its own environment."""

import sys

from benchmarks.environment import run

if __name__ == "__main__":
    sys.exit(run("bandit", sys.argv[1:]))
