"""Streams of requests and errors, as CloudWatch would count them for both arms, drawn from seeds."""

import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LOOKS = 60
"""Looks in the hour for which false rollbacks and power are told."""
ALPHA = 0.01
"""False rollbacks that are allowed."""
_WEIGHTS = (0.01, 0.05, 0.25, 0.5)
_BURST = 5.0


class Shape(StrEnum):
    """What happens to both arms alike while the rollout runs."""

    STATIONARY = "stationary"
    INCIDENT = "incident on both arms"
    DAILY = "daily cycle"
    BURSTS = "bursts"
    WEIGHTS = "moving weights"


@dataclass(frozen=True, slots=True)
class Setting:
    """Error rates of stable (``base``) and of the bad canary (``worse``), and the traffic.

    Traffic is in requests per second, ``share`` of it the canary's; metric periods are in seconds.
    """

    base: float
    worse: float
    shape: Shape = Shape.STATIONARY
    traffic: float = 50.0
    share: float = 0.05
    period: float = 60.0
    periods: int = LOOKS
    """How long the bad canary is watched, so that the mean time to its rollback is not cut short."""

    @property
    def name(self) -> str:
        """Name the setting for people; it seeds the streams too."""
        parts = [f"{100 * self.base:g} → {100 * self.worse:g} %"]
        parts += [self.shape] if self.shape is not Shape.STATIONARY else []
        parts += [f"{self.traffic:g} requests/s"] if self.traffic != 50.0 else []
        parts += [f"{self.period:g} s periods"] if self.period != 60.0 else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Streams:
    """Counts of shape (runs, periods), and the rates behind them, of shape (periods,)."""

    canary_bad: Ints
    canary: Ints
    stable_bad: Ints
    stable: Ints
    baseline_bad: Ints
    """Errors of a random part of stable that is as large as the canary."""
    stable_rate: Floats
    suspected_rate: Floats
    """The bad canary's rate, whether or not this stream's canary is the bad one."""

    def part(self, rows: slice, periods: int | None = None) -> "Streams":
        """Cut out some runs, and their first periods."""
        cut = (rows, slice(periods))
        return Streams(
            self.canary_bad[cut],
            self.canary[cut],
            self.stable_bad[cut],
            self.stable[cut],
            self.baseline_bad[cut],
            self.stable_rate[:periods],
            self.suspected_rate[:periods],
        )


def draw(setting: Setting, runs: int, seed: tuple[int, ...], *, healthy: bool) -> Streams:
    """Draw ``runs`` rollouts: an hour of a canary like stable, or ``setting.periods`` of a bad one."""
    random = np.random.default_rng([*seed, zlib.crc32(setting.name.encode()), healthy])
    periods = LOOKS if healthy else setting.periods
    load, trouble, share = _course(setting, periods)
    stable_rate, suspected_rate = setting.base * trouble, np.minimum(setting.worse * trouble, 1.0)
    requests = setting.traffic * setting.period * load
    canary = random.poisson(requests * share, (runs, periods))
    stable = random.poisson(requests * (1 - share), (runs, periods))
    errors = _bursts if setting.shape is Shape.BURSTS else _single
    stable_bad = errors(random, stable, stable_rate)
    return Streams(
        canary_bad=errors(random, canary, stable_rate if healthy else suspected_rate),
        canary=canary,
        stable_bad=stable_bad,
        stable=stable,
        baseline_bad=random.hypergeometric(stable_bad, stable - stable_bad, np.minimum(canary, stable)),
        stable_rate=stable_rate,
        suspected_rate=suspected_rate,
    )


def _course(setting: Setting, periods: int) -> tuple[Floats, Floats, Floats]:
    """Return, by period, factors on the traffic and on the error rates, and the canary's share."""
    at = np.arange(periods)
    load, trouble, share = np.ones(periods), np.ones(periods), np.full(periods, setting.share)
    if setting.shape is Shape.INCIDENT:
        trouble[20:30] = 10.0
    if setting.shape is Shape.DAILY:  # a whole day within the hour, which is harder than a day
        load = 1 + 0.6 * np.sin(2 * np.pi * at / LOOKS)
        trouble = 1 + 0.6 * np.sin(2 * np.pi * (at / LOOKS + 0.3))
    if setting.shape is Shape.WEIGHTS:
        share = np.asarray(_WEIGHTS)[np.minimum(4 * at // LOOKS, 3)]
    return load, trouble, share


def _single(random: np.random.Generator, requests: Ints, rate: Floats) -> Ints:
    return random.binomial(requests, rate)


def _bursts(random: np.random.Generator, requests: Ints, rate: Floats) -> Ints:
    """Errors of faults that cause a geometric number of errors each, five on average."""
    faults = random.binomial(requests, rate / _BURST)
    more = np.where(faults > 0, random.negative_binomial(np.maximum(faults, 1), 1 / _BURST), 0)
    return np.minimum(faults + more, requests)


DESIGN_EFFECT = 2 * _BURST - 1
"""E[B²]/E[B] of the bursts' geometric sizes."""
