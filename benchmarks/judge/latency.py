"""Latency streams: every request's latency is drawn, and told as CloudWatch would tell it, by period and arm."""

import math
import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from benchmarks.judge.streams import ALPHA, LOOKS, Floats, Ints
from lambdas.rollout.judge.ladder import LEVELS

SIGMA = 0.5
"""Latencies are lognormal with median 1; this is the standard deviation of their logarithms."""
CANARY, STABLE = 150, 2850
"""Requests per period of a minute: 50 per second, 5 % of them the canary's."""
GRID = np.linspace(-1.5, 3.0, 91)
"""Log-latencies at which distribution functions are compared."""
_SLOWER, _TAIL, _TAIL_SHARE = math.log(1.2), math.log(3.0), 0.02
_INCIDENT = math.log(3.0)

Logs = npt.NDArray[np.float32]


class Canary(StrEnum):
    """How a bad canary answers."""

    SLOWER = "+20 % on all requests"
    TAIL = "2 % of requests three times slower"


@dataclass(frozen=True, slots=True)
class Setting:
    """A bad canary, and whether both arms are three times as slow for ten minutes."""

    canary: Canary
    incident: bool = False

    @property
    def name(self) -> str:
        """Name the setting for people; it seeds the streams too."""
        return f"{self.canary}, incident on both arms" if self.incident else str(self.canary)


@dataclass(frozen=True, slots=True)
class Summary:
    """One arm's latencies; all arrays begin with (runs, periods)."""

    requests: int
    """Per period."""
    mean: Floats
    squares: Floats
    """Mean of the squares."""
    p95: Floats
    p99: Floats
    ladder: Ints
    """Counts in the bins of stable's `ladder_edges`."""
    at_margin: Ints
    """The same where the edges are the guardrail's margin of 1.1 times stable's."""
    grid: Ints
    """Counts up to each point of `GRID`."""
    oracle: Floats
    """Log-likelihood ratio of the suspected canary against stable, for one who knows both distributions."""


@dataclass(frozen=True, slots=True)
class Latencies:
    """What is known of some rollouts."""

    canary: Summary
    stable: Summary
    baseline: Summary
    """A part of stable's requests, as many as the canary's."""


def draw(setting: Setting, runs: int, seed: tuple[int, ...], *, healthy: bool) -> Latencies:
    """Draw an hour of ``runs`` rollouts of a canary like stable, or of the suspected one."""
    random = np.random.default_rng([*seed, zlib.crc32(setting.name.encode()), healthy])
    slowdown = np.zeros((LOOKS, 1), dtype=np.float32)
    slowdown[20:30] = _INCIDENT if setting.incident else 0.0
    edges = ladder_edges(seed[0])
    mine, others = _logs(random, (runs, LOOKS, CANARY)), _logs(random, (runs, LOOKS, STABLE))
    if not healthy:
        mine = _worse(random, mine, setting.canary)
    arms = (mine, others, others[:, :, :CANARY])
    return Latencies(*(_summary(arm, slowdown, edges, setting.canary) for arm in arms))


def ladder_edges(seed: int) -> Floats:
    """Return the log-latencies that CloudWatch would tell for stable's quantiles of the hour before."""
    history = np.random.default_rng([seed, STABLE]).standard_normal(LOOKS * STABLE)
    return np.asarray(SIGMA * np.quantile(history, LEVELS))


def limit(suspected: Canary) -> float:
    """Wald's limit on the mean number of canary requests for one who knows both distributions."""
    logs = np.linspace(-8 * SIGMA, 8 * SIGMA + _TAIL, 200_001)
    density = np.exp(-((logs / SIGMA) ** 2) / 2) / (SIGMA * math.sqrt(2 * math.pi))
    ratio = _log_ratio(logs, suspected)
    divergence = float(np.sum(density * np.exp(ratio) * ratio) * (logs[1] - logs[0]))
    return -math.log(ALPHA) / divergence


def _logs(random: np.random.Generator, shape: tuple[int, ...]) -> Logs:
    return random.standard_normal(shape, dtype=np.float32) * np.float32(SIGMA)


def _worse(random: np.random.Generator, logs: Logs, canary: Canary) -> Logs:
    if canary is Canary.SLOWER:
        return logs + np.float32(_SLOWER)
    struck = random.random(logs.shape, dtype=np.float32) < _TAIL_SHARE
    return np.where(struck, logs + np.float32(_TAIL), logs)


def _log_ratio(logs: npt.NDArray[np.floating], suspected: Canary) -> npt.NDArray[np.floating]:
    shift = _SLOWER if suspected is Canary.SLOWER else _TAIL
    moved = shift * (logs - shift / 2) / SIGMA**2
    return moved if suspected is Canary.SLOWER else np.log1p(_TAIL_SHARE * np.expm1(moved))


def _summary(relative: Logs, slowdown: Logs, edges: Floats, suspected: Canary) -> Summary:
    logs = relative + slowdown
    values = np.exp(logs)
    p95, p99 = np.percentile(values, (95, 99), axis=2)
    return Summary(
        requests=logs.shape[2],
        mean=values.mean(axis=2, dtype=np.float64),
        squares=(values**2).mean(axis=2, dtype=np.float64),
        p95=p95,
        p99=p99,
        ladder=_binned(logs, edges),
        at_margin=_binned(logs, edges + math.log(1.1)),
        grid=_up_to(logs, GRID),
        oracle=_log_ratio(relative, suspected).sum(axis=2, dtype=np.float64),
    )


def _up_to(logs: Logs, edges: Floats) -> Ints:
    return np.stack([np.count_nonzero(logs <= np.float32(edge), axis=2) for edge in edges], axis=2)


def _binned(logs: Logs, edges: Floats) -> Ints:
    return np.diff(_up_to(logs, edges), axis=2, prepend=0, append=logs.shape[2])
