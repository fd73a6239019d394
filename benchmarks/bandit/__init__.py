"""What a bandit costs while it learns: Serinus, its peers and the Bayes-optimal limit.

Run: ``python -m benchmarks.bandit``. It makes an environment of its own with the peer's package, plays every bandit
the same seeded streams, and writes ``docs/bandit-benchmark.md`` with its picture.
"""
