"""How soon judges see a bad canary, and how often they blame a good one: Serinus, its peers and the limit.

Run: ``python -m benchmarks.judge``. It makes an environment of its own with the peers' packages, plays every judge
the same seeded streams, and writes ``docs/judge-benchmark.md`` with its picture.
"""
