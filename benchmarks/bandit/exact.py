"""The exact limit for a small world: two arms whose rates are uniform between 0 and 1.

The state is the requests and conversions of both arms; the value to go is computed backwards over every state, every
even split of the next batch, and every outcome of it, which is beta-binomial. The work grows with about the fifth
power of the number of requests: 200 take seconds, 2,000 would take days.
"""

from functools import cache

import numpy as np

from benchmarks.bandit.worlds import Floats, Ints, World

_STEP = 2
"""A batch is split in pairs of requests, which loses next to nothing and takes an eighth of the time."""
_BEST_OF_TWO = 2 / 3
"""The mean of the higher of two uniform rates."""

Plans = list[dict[int, Ints]]


def least(world: World) -> float:
    """Return the least mean regret."""
    return world.batches * world.requests * _BEST_OF_TWO - solved(world)[0]


@cache
def solved(world: World) -> tuple[float, Plans]:
    """Return the most conversions, and by batch and requests of the first arm its part of the batch.

    Parts are of shape (its conversions + 1, the other's conversions + 1).
    """
    plans: Plans = []
    to_go = {n: np.zeros((n + 1, _all(world) - n + 1)) for n in range(0, _all(world) + 1, _STEP)}
    for batch in reversed(range(world.batches)):
        played = batch * world.requests
        values, parts = {}, {}
        for first in range(0, played + 1, _STEP):
            options = np.stack([_value(world.requests, first, played - first, m, to_go) for m in _splits(world)])
            values[first], parts[first] = options.max(axis=0), _STEP * options.argmax(axis=0)
        to_go = values
        plans.append(parts)
    return float(to_go[0][0, 0]), plans[::-1]


def _all(world: World) -> int:
    return world.batches * world.requests


def _splits(world: World) -> range:
    return range(0, world.requests + 1, _STEP)


def _value(requests: int, first: int, second: int, part: int, to_go: dict[int, Floats]) -> Floats:
    """Return the conversions of the batch and of all that follow, if the first arm gets ``part`` of it."""
    rest = requests - part
    now = part * _means(first)[:, None] + rest * _means(second)[None, :]
    return now + _moves(first, part) @ to_go[first + part] @ _moves(second, rest).T


def _means(requests: int) -> Floats:
    return (np.arange(requests + 1) + 1) / (requests + 2)


@cache
def _moves(requests: int, more: int) -> Floats:
    """Return the chances of conversions after ``more`` requests (columns), given those before (rows)."""
    found = np.zeros((requests + 1, requests + more + 1))
    for before in range(requests + 1):
        chance, lost = 1.0, requests - before
        chances = [1.0]
        for k in range(more):
            chance *= (more - k) * (before + 1 + k) / ((k + 1) * (lost + more - k))
            chances.append(chance)
        found[before, before : before + more + 1] = np.array(chances) / sum(chances)
    return found


class Exact:
    """Plays what the limit asks for."""

    def __init__(self, world: World) -> None:
        self._plans, self._batch = solved(world)[1], 0
        self._counts, self._wins = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)

    def deal(self, requests: int) -> Ints:
        """Deal by the plan for this state."""
        part = int(self._plans[self._batch][int(self._counts[0])][tuple(self._wins)])
        return np.array([part, requests - part])

    def learn(self, counts: Ints, converted: Ints) -> None:
        """Take in a batch."""
        self._counts, self._wins = self._counts + counts, self._wins + converted
        self._batch += 1
