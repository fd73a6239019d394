"""The lake beside its peers: reading captures, drift, fairness and memory, as ratios measured in one run.

Run: ``python -m benchmarks.quality``. A peer that is not installed is told as such; ``pip install pysimdjson
fairlearn`` into an environment of your own, with duckdb and numpy, brings those that are light. What travels between
machines is the ratio: all contestants of a row run on one thread, by turns, and the best of their rounds counts, in
processor time.
"""
