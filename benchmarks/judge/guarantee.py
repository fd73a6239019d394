"""How often Serinus rolls back a healthy canary within the hour, over many rollouts, where it is hardest.

Errors and latency are judged, with half of the 1 % each. The margins are 1, so that a canary like stable is at the
edge of what is forgiven: the least favourable case.
"""

import zlib
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np

from benchmarks.judge import latency, serinus
from benchmarks.judge.score import Share
from benchmarks.judge.streams import ALPHA, LOOKS, Ints, Setting, Shape, Streams, draw

_CHUNK = 250
_AT = np.arange(LOOKS)
_SLOWDOWNS = {
    Shape.INCIDENT: np.where((_AT >= 20) & (_AT < 30), np.log(3.0), 0.0),
    Shape.DAILY: 0.3 * np.sin(2 * np.pi * _AT / LOOKS),
}
"""What is added to both arms' log-latencies, by period."""
_SITUATIONS = {
    "0.5 % errors": Setting(0.005, 0.02),
    "5 % errors": Setting(0.05, 0.10),
    "tenfold errors and threefold latency on both arms for ten minutes": Setting(0.005, 0.02, Shape.INCIDENT),
    "daily cycle of traffic, errors and latency": Setting(0.005, 0.02, Shape.DAILY),
    "weights move from 1 to 5, 25 and 50 %": Setting(0.005, 0.02, Shape.WEIGHTS),
}


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A situation, and how many healthy rollouts were rolled back in it."""

    situation: str
    false: Share


def guarantees(runs: int, seed: int, workers: Executor) -> list[Guarantee]:
    """Measure every situation over ``runs`` rollouts."""
    sizes = [min(_CHUNK, runs - start) for start in range(0, runs, _CHUNK)]
    seeds = [(seed, start) for start in range(len(sizes))]
    found = []
    for name, setting in _SITUATIONS.items():
        print(f"healthy: {name}", flush=True)
        found.append(Guarantee(name, Share(sum(workers.map(partial(_blamed, setting), sizes, seeds)), runs)))
    return found


def _blamed(setting: Setting, runs: int, seed: tuple[int, ...]) -> int:
    streams = draw(setting, runs, seed, healthy=True)
    by_errors = serinus.stops(streams, alpha=ALPHA / 2)
    by_latency = serinus.latency_stops(*_latencies(setting, streams, seed), alpha=ALPHA / 2)
    return int((np.minimum(by_errors, by_latency) < LOOKS).sum())


def _latencies(setting: Setting, streams: Streams, seed: tuple[int, ...]) -> tuple[Ints, Ints]:
    """Draw both arms' counts in the ladder's bins directly: the law is that of binned lognormal latencies."""
    random = np.random.default_rng([*seed, zlib.crc32(setting.name.encode()), latency.STABLE])
    slowdown = _SLOWDOWNS.get(setting.shape, np.zeros(LOOKS))
    below = np.vectorize(NormalDist(sigma=latency.SIGMA).cdf)(latency.ladder_edges(seed[0]) - slowdown[:, None])
    shares = np.diff(below, axis=1, prepend=0.0, append=1.0)
    return random.multinomial(streams.canary, shares), random.multinomial(streams.stable, shares)
