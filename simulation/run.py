"""Many simulated rollouts of one plan."""

import signal
from collections.abc import Callable, Iterable
from functools import partial
from multiprocessing import Pool

from numpy.random import default_rng

from simulation.case import Case
from simulation.outcome import Outcome, Outcomes
from simulation.rollout import SimulatedRollout

_CHUNK = 25
"""Rollouts between two words of progress."""
Told = Callable[[int], None]


def _untold(_: int) -> None:
    """Tell nobody."""


def run(
    case: Case,
    rollouts: int = 1_000,
    seed: int = 1,
    *,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Outcomes:
    """Simulate a case; the same seed gives the same outcomes, with however many processes (``jobs``).

    ``progress`` is told the number of rollouts that are done.
    """
    chunks = [range(first, min(first + _CHUNK, rollouts)) for first in range(0, rollouts, _CHUNK)]
    some = partial(_some, case, seed)
    if jobs == 1:
        return Outcomes(case.scenario, _collected(map(some, chunks), progress))
    with Pool(jobs, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as processes:
        return Outcomes(case.scenario, _collected(processes.imap(some, chunks), progress))


def _collected(chunks: Iterable[list[Outcome]], progress: Told) -> tuple[Outcome, ...]:
    found: list[Outcome] = []
    for chunk in chunks:
        found += chunk
        progress(len(found))
    return tuple(found)


def _some(case: Case, seed: int, numbers: range) -> list[Outcome]:
    return [SimulatedRollout(case, default_rng([seed, number])).run() for number in numbers]
