"""What a rollout costs beside the instances: calls and milliseconds, counted on the load's AWS in memory, and priced.

``python -m benchmarks.cost`` writes ``docs/cost.md`` with its picture; ``--check`` fails where they are out of date.
"""
