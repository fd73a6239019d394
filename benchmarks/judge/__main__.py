"""``python -m benchmarks.judge``: run the benchmark in its own environment."""

import sys

from benchmarks.environment import run

if __name__ == "__main__":
    sys.exit(run("judge", sys.argv[1:]))
