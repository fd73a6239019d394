"""``python -m benchmarks.quality``: see the package."""

from benchmarks.quality.run import main

if __name__ == "__main__":
    main()
