"""Every judge of error rates on one setting's streams."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.judge import hindsight, kayenta, packaged, sequential, serinus
from benchmarks.judge.score import Score, score
from benchmarks.judge.streams import DESIGN_EFFECT, Floats, Ints, Setting, Shape, Streams, draw
from benchmarks.judge.thresholds import Alarm, Argo, Flagger

_CHUNK = 250
_LONG = 120
"""Periods beyond which a long series makes Kayenta slow."""
_DOCUMENTED_RATE, _LAXER_RATE = 0.01, 0.05


@dataclass(frozen=True, slots=True)
class Judge:
    """A named judge of streams; ``slow`` ones see fewer runs, the first ones."""

    name: str
    stops: Callable[[Streams], Ints]
    slow: bool = False
    aided: bool = False


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of runs: healthy ones, bad ones, and those of each that slow judges see."""

    healthy: int = 1000
    worse: int = 5000
    slow: int = 500

    def scaled(self, scale: float) -> "Sizes":
        """Return a fraction of them, at least 20 runs."""
        return Sizes(*(max(20, round(scale * size)) for size in (self.healthy, self.worse, self.slow)))


def judges(setting: Setting) -> list[Judge]:
    """List the judges that are defined for a setting."""
    long = setting.periods > _LONG
    found = [
        Judge("Serinus", serinus.stops),
        Judge("Serinus, margin 1.1 (default)", partial(serinus.stops, margin=1.1), slow=True),
        Judge("alarm > 1 %, 3 of 5", partial(_on_rate, Alarm(_DOCUMENTED_RATE))),
        Judge("alarm > 5 %, 3 of 5", partial(_on_rate, Alarm(_LAXER_RATE))),
        Judge("Flagger, as documented", partial(_on_rate, Flagger(_DOCUMENTED_RATE))),
        Judge("Argo Rollouts, as documented", partial(_on_rate, Argo(_LAXER_RATE))),
        Judge("Kayenta, as documented", partial(_kayenta, rule=kayenta.DOCUMENTED), slow=True),
        Judge("Kayenta, every 5 minutes", partial(_kayenta, rule=kayenta.HURRIED), slow=long),
        Judge("Kayenta, every 5 minutes, against all of stable", _kayenta_all, slow=True),
        Judge("z-test with peeking", _z_test),
        Judge("mSPRT", partial(_msprt, tau=0.01)),
        Judge("mSPRT, prior from the true difference", partial(_msprt, tau=setting.worse - setting.base), aided=True),
        Judge("gbstats sequential", packaged.gbstats, slow=True),
        Judge("oracle SPRT", sequential.oracle, aided=True),
    ]
    if setting.shape is not Shape.WEIGHTS:  # it takes one share for the whole test
        found.insert(-1, Judge("savvi multinomial", partial(packaged.savvi, share=setting.share), slow=True))
    if setting.shape is Shape.BURSTS:
        found.insert(2, Judge("Serinus, told of bursts", partial(serinus.stops, burst=DESIGN_EFFECT)))
    return found


def contest(setting: Setting, sizes: Sizes, seed: int, workers: Executor) -> list[Score]:
    """Play every judge the same streams."""
    healthy = draw(setting, sizes.healthy, (seed,), healthy=True)
    worse = draw(setting, sizes.worse, (seed,), healthy=False)
    scores = []
    for judge in judges(setting):
        limit = sizes.slow if judge.slow else None
        blamed, seen = (_chunked(judge, streams.part(slice(limit)), workers) for streams in (healthy, worse))
        scores.append(score(judge.name, blamed, seen, worse.canary, worse.canary_bad, aided=judge.aided))
    return [*scores, *_tuned(healthy, worse.part(slice(sizes.healthy)))]


def _chunked(judge: Judge, streams: Streams, workers: Executor) -> Ints:
    starts = range(0, streams.canary.shape[0], _CHUNK)
    parts = [streams.part(slice(start, start + _CHUNK)) for start in starts]
    return np.concatenate(list(workers.map(judge.stops, parts)))


def _tuned(healthy: Streams, worse: Streams) -> list[Score]:
    good, bad = _rate(healthy), _rate(worse)
    rules = {"alarm": hindsight.alarms, "Flagger": hindsight.flaggers, "Argo Rollouts": hindsight.argos}
    found = []
    for name, candidates in rules.items():
        called = f"{name}, tuned with hindsight"

        def scored(blamed: Ints, seen: Ints, called: str = called) -> Score:
            return score(called, blamed, seen, worse.canary, worse.canary_bad, aided=True)

        found.append(hindsight.tuned(candidates(good), good, bad, scored))
    return found


def _rate(streams: Streams) -> Floats:
    with np.errstate(invalid="ignore"):
        return streams.canary_bad / streams.canary


def _on_rate(rule: hindsight.Rule, streams: Streams) -> Ints:
    return rule.stops(_rate(streams))


def _kayenta(streams: Streams, rule: kayenta.Schedule) -> Ints:
    with np.errstate(invalid="ignore"):
        baseline = streams.baseline_bad / np.minimum(streams.canary, streams.stable)
    return kayenta.stops(_rate(streams), baseline, rule)


def _kayenta_all(streams: Streams) -> Ints:
    with np.errstate(invalid="ignore"):
        return kayenta.stops(_rate(streams), streams.stable_bad / streams.stable, kayenta.HURRIED)


def _z_test(streams: Streams) -> Ints:
    return sequential.z_test(*sequential.both(streams))


def _msprt(streams: Streams, tau: float) -> Ints:
    return sequential.msprt(*sequential.both(streams), tau)
