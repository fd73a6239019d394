"""All bandits in one world, each on the same streams."""

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from benchmarks.bandit.field import field, least
from benchmarks.bandit.players import regret
from benchmarks.bandit.score import Played
from benchmarks.bandit.worlds import Floats, World, draw

_PIECES = 8


def contest(world: World, runs: int, seed: int, workers: Executor) -> Played:
    """Play all runs, in pieces for the workers."""
    pieces = [range(first, runs, _PIECES) for first in range(_PIECES)]
    found = list(workers.map(_piece, *zip(*[(world, runs, seed, piece) for piece in pieces], strict=True)))
    return Played(world, least(world), {name: np.concatenate([part[name] for part in found]) for name in found[0]})


def _piece(world: World, runs: int, seed: int, piece: Sequence[int]) -> dict[str, Floats]:
    makers = field(world)
    regrets = dict[str, list[float]]({name: [] for name in makers})
    for run in piece:
        stream = draw(world, seed, run, runs)
        for name, make in makers.items():
            regrets[name].append(regret(stream, make(world, run)))
    return {name: np.array(found) for name, found in regrets.items()}
