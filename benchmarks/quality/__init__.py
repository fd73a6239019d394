"""The lake beside its peers: reading captures, drift, fairness and memory, as ratios measured in one run.

Run: ``python -m benchmarks.quality``; the peers come into an environment of their own. What travels between machines
is the ratio: all contestants of a row run on one thread, by turns, and the best of their rounds counts, in processor
time. nannyml is not among them: it has no stability index.
"""
