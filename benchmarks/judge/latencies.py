"""Every judge of latency on one setting's streams."""

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.judge import bands, hindsight, kayenta, packaged, sequential, serinus
from benchmarks.judge.latency import CANARY, SIGMA, Latencies, Setting, Summary, draw
from benchmarks.judge.score import Score, score
from benchmarks.judge.streams import Floats, Ints
from benchmarks.judge.thresholds import Alarm, Argo, Flagger

_CHUNK = 20
_P95 = math.exp(1.645 * SIGMA)
_FLAGGER_MS, _MEDIAN_MS = 500, 100
_TAU = 0.1


@dataclass(frozen=True, slots=True)
class Judge:
    """A named judge of latencies."""

    name: str
    stops: Callable[[Latencies], Ints]
    aided: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """What the judges said of some runs: a row per judge, and the metrics that thresholds are tuned on."""

    stops: Ints
    p95: Floats
    p99: Floats


def judges() -> list[Judge]:
    """List the judges; thresholds set by hand are 1.5 times the healthy p95."""
    kayentas = [
        Judge(f"Kayenta, every 5 minutes, on the {name}", partial(_kayenta, name=name, rule=kayenta.HURRIED))
        for name in ("p99", "p95", "mean")
    ]
    return [
        Judge("Serinus", _serinus),
        Judge("Serinus, margin 1.1 (default)", _serinus_at_margin),
        Judge("alarm on p95, 3 of 5", partial(_on, "p95", Alarm(1.5 * _P95))),
        Judge("Flagger, p99 as documented", partial(_on, "p99", Flagger(_FLAGGER_MS / _MEDIAN_MS))),
        Judge("Argo Rollouts, on p95", partial(_on, "p95", Argo(1.5 * _P95))),
        Judge("Kayenta, as documented, on the p99", partial(_kayenta, name="p99", rule=kayenta.DOCUMENTED)),
        *kayentas,
        Judge("Netflix's bands", bands.stops),
        Judge("z-test with peeking, on the mean", _z_test),
        Judge("mSPRT, on the mean", _msprt),
        Judge("gbstats sequential, on the mean", _gbstats),
        Judge("oracle SPRT", _oracle, aided=True),
    ]


def contest(setting: Setting, runs: int, seed: int, workers: Executor) -> list[Score]:
    """Play every judge the same streams."""
    healthy, worse = (_played(setting, runs, seed, workers, healthy=healthy) for healthy in (True, False))
    requests = np.full((runs, worse.p95.shape[1]), CANARY)

    def scored(blamed: Ints, seen: Ints, name: str, *, aided: bool) -> Score:
        return score(name, blamed, seen, requests, np.zeros_like(requests), aided=aided)

    found = [
        scored(blamed, seen, judge.name, aided=judge.aided)
        for judge, blamed, seen in zip(judges(), healthy.stops, worse.stops, strict=True)
    ]
    for name, rules, one, other in (
        ("alarm on p95", hindsight.alarms, healthy.p95, worse.p95),
        ("alarm on p99", hindsight.alarms, healthy.p99, worse.p99),
        ("Flagger, on p99", hindsight.flaggers, healthy.p99, worse.p99),
        ("Argo Rollouts, on p95", hindsight.argos, healthy.p95, worse.p95),
    ):
        called = partial(scored, name=f"{name}, tuned with hindsight", aided=True)
        found.append(hindsight.tuned(rules(one), one, other, called))
    return found


def _played(setting: Setting, runs: int, seed: int, workers: Executor, *, healthy: bool) -> Played:
    starts = range(0, runs, _CHUNK)
    sizes = [min(_CHUNK, runs - start) for start in starts]
    parts = list(workers.map(partial(_play, setting, healthy=healthy), sizes, [(seed, start) for start in starts]))
    return Played(
        np.concatenate([part.stops for part in parts], axis=1),
        np.concatenate([part.p95 for part in parts]),
        np.concatenate([part.p99 for part in parts]),
    )


def _play(setting: Setting, runs: int, seed: tuple[int, int], *, healthy: bool) -> Played:
    latencies = draw(setting, runs, seed, healthy=healthy)
    stops = np.stack([judge.stops(latencies) for judge in judges()])
    return Played(stops, latencies.canary.p95, latencies.canary.p99)


def _serinus(latencies: Latencies) -> Ints:
    return serinus.latency_stops(latencies.canary.ladder, latencies.stable.ladder)


def _serinus_at_margin(latencies: Latencies) -> Ints:
    return serinus.latency_stops(latencies.canary.at_margin, latencies.stable.ladder, margin=1.1)


def _on(name: str, rule: hindsight.Rule, latencies: Latencies) -> Ints:
    return rule.stops(getattr(latencies.canary, name))


def _kayenta(latencies: Latencies, name: str, rule: kayenta.Schedule) -> Ints:
    return kayenta.stops(getattr(latencies.canary, name), getattr(latencies.baseline, name), rule)


def _z_test(latencies: Latencies) -> Ints:
    return sequential.z_test(_sample(latencies.canary), _sample(latencies.stable))


def _msprt(latencies: Latencies) -> Ints:
    return sequential.msprt(_sample(latencies.canary), _sample(latencies.stable), _TAU)


def _gbstats(latencies: Latencies) -> Ints:
    return packaged.gbstats_mean(_sample(latencies.canary), _sample(latencies.stable))


def _oracle(latencies: Latencies) -> Ints:
    return sequential.sprt(latencies.canary.oracle)


def _sample(arm: Summary) -> sequential.Sample:
    looks = np.arange(1, arm.mean.shape[1] + 1)
    mean = np.cumsum(arm.mean, axis=1) / looks
    return sequential.Sample(
        np.broadcast_to(arm.requests * looks, mean.shape), mean, np.cumsum(arm.squares, axis=1) / looks - mean**2
    )
