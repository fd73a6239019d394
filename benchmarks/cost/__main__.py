"""``python -m benchmarks.cost``: see the package."""

import sys

from benchmarks.cost.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
