"""How often Serinus rolls back a healthy canary within the hour, over many rollouts, where it is hardest.

The margin is 1, so that a canary like stable is at the edge of what is forgiven: the least favourable case.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np

from benchmarks.judge import latency, serinus
from benchmarks.judge.score import Share
from benchmarks.judge.streams import ALPHA, LOOKS, Floats, Setting, Shape, draw

_CHUNK = 250
_TRIPLED = np.where((np.arange(LOOKS) >= 20) & (np.arange(LOOKS) < 30), np.log(3.0), 0.0)
_CYCLE = 0.3 * np.sin(2 * np.pi * np.arange(LOOKS) / LOOKS)
"""What is added to both arms' log-latencies, by period."""
_NOTHING = np.zeros(LOOKS)
_BASE = Setting(0.005, 0.02)


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A situation, and how many healthy rollouts were rolled back in it."""

    situation: str
    false: Share


def guarantees(runs: int, seed: int, workers: Executor) -> list[Guarantee]:
    """Measure every situation over ``runs`` rollouts."""
    sizes = [min(_CHUNK, runs - start) for start in range(0, runs, _CHUNK)]
    seeds = [(seed, start) for start in range(len(sizes))]
    return [
        Guarantee(name, Share(sum(workers.map(blamed, sizes, seeds)), runs)) for name, blamed in _situations().items()
    ]


def _situations() -> dict[str, Callable[[int, tuple[int, ...]], int]]:
    settings = {
        "errors, 0.5 %": _BASE,
        "errors, 5 %": Setting(0.05, 0.10),
        "errors, tenfold incident on both arms": Setting(0.005, 0.02, Shape.INCIDENT),
        "errors, daily cycle": Setting(0.005, 0.02, Shape.DAILY),
        "errors, moving weights": Setting(0.005, 0.02, Shape.WEIGHTS),
        "errors, 2 requests per second": Setting(0.005, 0.02, traffic=2.0),
    }
    return {
        **{name: partial(_errors, setting) for name, setting in settings.items()},
        "latency": partial(_latency, _NOTHING),
        "latency, both arms three times as slow for ten minutes": partial(_latency, _TRIPLED),
        "latency, daily cycle": partial(_latency, _CYCLE),
        "errors and latency, half of the 1 % each": _all_guardrails,
    }


def _errors(setting: Setting, runs: int, seed: tuple[int, ...]) -> int:
    return int((serinus.stops(draw(setting, runs, seed, healthy=True)) < LOOKS).sum())


def _latency(slowdown: Floats, runs: int, seed: tuple[int, ...]) -> int:
    return int((serinus.latency_stops(*_bins(slowdown, runs, seed)) < LOOKS).sum())


def _all_guardrails(runs: int, seed: tuple[int, ...]) -> int:
    by_errors = serinus.stops(draw(_BASE, runs, seed, healthy=True), alpha=ALPHA / 2)
    by_latency = serinus.latency_stops(*_bins(_NOTHING, runs, seed), alpha=ALPHA / 2)
    return int((np.minimum(by_errors, by_latency) < LOOKS).sum())


def _bins(slowdown: Floats, runs: int, seed: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Draw both arms' counts in the ladder's bins directly: the law is that of binned lognormal latencies."""
    random = np.random.default_rng([*seed, int(1000 * np.abs(slowdown).sum())])
    below = np.vectorize(NormalDist(sigma=latency.SIGMA).cdf)(latency.ladder_edges(seed[0]) - slowdown[:, None])
    shares = np.diff(below, axis=1, prepend=0.0, append=1.0)
    canary, stable = (random.multinomial(n, shares, (runs, LOOKS)) for n in (latency.CANARY, latency.STABLE))
    return canary, stable
