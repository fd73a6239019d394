"""Serinus's own judge, the very functions that decide in production, on the benchmark's streams."""

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.judge.streams import ALPHA, Ints, Streams
from lambdas.rollout.judge.draws import against_stable
from lambdas.rollout.judge.harm import Harm, harm
from lambdas.rollout.judge.ladder import LEVELS, WORSE, Ladder
from lambdas.rollout.judge.spread import Components
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm


def stops(streams: Streams, margin: float = 1.0, alpha: float = ALPHA, burst: float = 1.0) -> Ints:
    """Return the looks at which the error-rate guardrail fails."""
    counts = (streams.canary_bad, streams.canary, streams.stable_bad, streams.stable)
    rows = np.stack(counts, axis=2).tolist()
    return np.array([_stop(row, margin, alpha, burst) for row in rows], dtype=np.int64)


def _stop(row: Sequence[Sequence[int]], margin: float, alpha: float, burst: float) -> int:
    weighed, bound = Harm(), -math.log(alpha)
    for at, (canary_bad, canary, stable_bad, stable) in enumerate(row):
        table = Table(float(at), Arm(canary_bad, canary), Arm(stable_bad, stable))
        weighed = harm(weighed, against_stable(table, margin), alpha, burst)
        if weighed.wealth >= bound:
            return at
    return len(row)


def latency_stops(canary: Ints, stable: Ints, alpha: float = ALPHA) -> Ints:
    """Return the looks at which the latency guardrail fails; counts of shape (runs, looks, bins of its ladder)."""
    components, bound = Components(Ladder("latency", 0.0, tuple(LEVELS), LEVELS), WORSE), -math.log(alpha)
    rows = zip(canary.tolist(), stable.tolist(), strict=True)
    return np.array([_latency_stop(components, bound, *row) for row in rows], dtype=np.int64)


def _latency_stop(components: Components, bound: float, canary: list[list[int]], stable: list[list[int]]) -> int:
    mixed = components.start
    for at, (mine, other) in enumerate(zip(canary, stable, strict=True)):
        mixed = components.after(mixed, mine, other)
        if mixed.log >= bound:
            return at
    return len(canary)
