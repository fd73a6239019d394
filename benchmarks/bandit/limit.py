"""The limit: the least regret that any bandit can have, on average over the worlds, by dynamic programming.

Two arms whose rates are independent normal draws, with the known variance of their rewards. After any course the
difference of their rates is normal too, with a mean d and a standard deviation s that depends on the requests only.
So a state is the batch, the first arm's part of all requests so far, and d/s; regret to go is computed backwards
from the last batch on a grid, over shares of the next batch and what it may show (Gauss-Hermite). The daily cycle
is known to it: an hour with twice the conversions counts for twice the requests. Of switches it is told.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.bandit.players import dealt
from benchmarks.bandit.worlds import MEAN, SPREAD, Floats, Ints, World, course

_VARIANCE = MEAN * (1 - MEAN)
_PRIOR = _VARIANCE / SPREAD**2
"""Requests that the prior is worth."""
_PARTS = 0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, 33))
_DEVIATIONS = np.linspace(-7, 7, 113)
_SHARES = np.array(
    [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1]
)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Solved:
    """``regret`` is the limit; ``shares`` are the first arm's, of shape (batches, parts, deviations)."""

    regret: float
    shares: Floats


def least(world: World) -> float:
    """Return the least mean regret in a world of two arms."""
    return (world.switches + 1) * solved(world).regret


@cache
def solved(world: World) -> Solved:
    """Solve a world of two arms until its first switch."""
    requests, cycle = course(world)
    sizes = (requests * cycle)[: world.batches // (world.switches + 1)]
    before = np.concatenate([[0.0], sizes.cumsum()])
    shares = np.zeros((len(sizes), len(_PARTS), len(_DEVIATIONS)))
    to_go = np.zeros((len(_PARTS), len(_DEVIATIONS)))
    for batch in reversed(range(len(sizes))):
        costs = np.stack([_cost(share, before[batch], sizes[batch], to_go) for share in _SHARES])
        shares[batch] = _SHARES[costs.argmin(axis=0)]
        to_go = costs.min(axis=0)
    middle = len(_DEVIATIONS) // 2
    return Solved(float(to_go[0, middle]), shares)


def deviation(first: Floats, second: Floats) -> Floats:
    """Return the standard deviation of the difference after so many requests of both arms."""
    variance: Floats = _VARIANCE * (1 / (first + _PRIOR) + 1 / (second + _PRIOR))
    return np.sqrt(variance)


def _cost(share: float, before: float, size: float, to_go: Floats) -> Floats:
    """Return the regret of a batch with that share and of all that follow, for all states."""
    first, second = _PARTS * before, (1 - _PARTS) * before
    now, then = deviation(first, second), deviation(first + share * size, second + (1 - share) * size)
    part = (first + share * size) / (before + size)
    moves = np.sqrt(np.maximum(now**2 - then**2, 0.0))
    after = (now[:, None, None] * _DEVIATIONS[:, None] + moves[:, None, None] * _NODES) / then[:, None, None]
    future = _interpolated(to_go, part[:, None, None], after) @ _WEIGHTS
    lost = now[:, None] * _excess(_DEVIATIONS)
    cost: Floats = size * (lost - share * now[:, None] * _DEVIATIONS) + future
    return cost


def _excess(z: Floats) -> Floats:
    """Return E max(0, z + a standard normal)."""
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    excess: Floats = density + z * _phi(z)
    return excess


def _phi(z: Floats) -> Floats:
    """Return the standard normal distribution function, by integrating its density once."""
    below: Floats = np.interp(z, _TABLE, _BELOW)
    return below


_TABLE = np.linspace(-9, 9, 180_001)
_DENSITY = np.exp(-(_TABLE**2) / 2)
_BELOW = np.concatenate([[0.0], np.cumsum(_DENSITY[1:] + _DENSITY[:-1])])
_BELOW = _BELOW / _BELOW[-1]


def _interpolated(table: Floats, part: Floats, deviations: Floats) -> Floats:
    """Look up states between those of the grid; beyond it, the nearest."""
    row = np.clip(np.arccos(np.clip(1 - 2 * part, -1, 1)) / np.pi * (len(_PARTS) - 1), 0, len(_PARTS) - 1)
    step = _DEVIATIONS[1] - _DEVIATIONS[0]
    column = np.clip((deviations - _DEVIATIONS[0]) / step, 0, len(_DEVIATIONS) - 1)
    i, j = np.minimum(row.astype(int), len(_PARTS) - 2), np.minimum(column.astype(int), len(_DEVIATIONS) - 2)
    down, right = row - i, column - j
    top = table[i, j] * (1 - right) + table[i, j + 1] * right
    bottom = table[i + 1, j] * (1 - right) + table[i + 1, j + 1] * right
    between: Floats = top * (1 - down) + bottom * down
    return between


class Optimal:
    """Plays what the limit asks for, in the world itself: it knows the prior, the daily cycle and the switches."""

    def __init__(self, world: World) -> None:
        self._shares, self._batch = solved(world).shares, 0
        self._sizes, self._wins = np.zeros(2), np.zeros(2)
        self._cycle = course(world)[1]

    def deal(self, requests: int) -> Ints:
        """Deal by the share for this state."""
        means = (_PRIOR * MEAN + self._wins) / (_PRIOR + self._sizes)
        spread = deviation(self._sizes[:1], self._sizes[1:])
        part = self._sizes[:1] / max(self._sizes.sum(), 1e-9)
        shares = self._shares[self._batch % len(self._shares)]
        share = float(_interpolated(shares, part, (means[:1] - means[1:]) / spread)[0])
        return dealt(requests, np.array([share, 1 - share]))

    def learn(self, counts: Ints, converted: Ints) -> None:
        """Take in a batch; after the last one before a switch, nothing is known any more."""
        self._sizes = self._sizes + counts * self._cycle[self._batch]
        self._wins = self._wins + converted
        self._batch += 1
        if self._batch % len(self._shares) == 0:
            self._sizes, self._wins = np.zeros(2), np.zeros(2)
