"""Serinus's own judge, the very functions that decide in production, on the benchmark's streams."""

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.judge.streams import ALPHA, Ints, Streams
from lambdas.rollout.guardrails import Latency
from lambdas.rollout.judge.draws import against_stable
from lambdas.rollout.judge.harm import Harm, harm
from lambdas.rollout.judge.ladder import LEVELS, Ladder
from lambdas.rollout.judge.spread import SpreadTest
from lambdas.rollout.judge.tables import Histogram, Table
from lambdas.rollout.judge.verdict import Arm, Outcome

_LADDER = Ladder("latency", 0.0, LEVELS, LEVELS)
"""Only its levels matter: the counts come in its bins."""
_NO_PASS = (0,) * (len(LEVELS) + 1)
"""No counts for the question of a PASS, which is not asked here."""


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


def latency_stops(canary: Ints, stable: Ints, margin: float = 1.0, alpha: float = ALPHA) -> Ints:
    """Return the looks at which the latency guardrail fails; counts of shape (runs, looks, bins of its ladder).

    The canary's bins are those of ``margin`` times stable's edges.
    """
    guardrail = Latency(margin=margin)
    rows = zip(canary.tolist(), stable.tolist(), strict=True)
    return np.array(
        [_latency_stop(SpreadTest(guardrail, alpha, ALPHA, _LADDER), *row) for row in rows], dtype=np.int64
    )


def _latency_stop(test: SpreadTest, canary: list[list[int]], stable: list[list[int]]) -> int:
    looks = list[Histogram]()
    for at, (mine, other) in enumerate(zip(canary, stable, strict=True)):
        looks.append(Histogram(float(at), tuple(other), tuple(mine), _NO_PASS))
        if test.verdict(looks).outcome is Outcome.FAIL:
            return at
    return len(canary)
