"""``python -m benchmarks.quality``: run the benchmark in its own environment."""

import sys

from benchmarks.environment import run

if __name__ == "__main__":
    sys.exit(run("quality", sys.argv[1:]))
