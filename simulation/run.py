"""Many simulated rollouts of one plan."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from numpy.random import default_rng

from lambdas.rollout.plan import Plan
from simulation.outcome import Outcome, Outcomes
from simulation.rollout import SimulatedRollout, Times
from simulation.scenario import Scenario
from simulation.traffic import Traffic

_CHUNK = 25
"""Rollouts between two words of progress."""
USUAL_TIMES = Times()


def run(
    plan: Plan,
    traffic: Traffic,
    scenario: Scenario,
    rollouts: int = 1_000,
    seed: int = 1,
    *,
    times: Times = USUAL_TIMES,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Outcomes:
    """Simulate ``rollouts`` of a plan; the same seed gives the same outcomes, with however many processes (``jobs``).

    ``progress`` is told the number of rollouts that are done.
    """
    chunks = [range(first, min(first + _CHUNK, rollouts)) for first in range(0, rollouts, _CHUNK)]
    some = partial(_some, plan, traffic, scenario, times, seed)
    if jobs == 1:
        return Outcomes(scenario, _collected(map(some, chunks), progress))
    with ProcessPoolExecutor(jobs) as processes:
        return Outcomes(scenario, _collected(processes.map(some, chunks), progress))


def _collected(chunks: Iterable[list[Outcome]], progress: Callable[[int], None]) -> tuple[Outcome, ...]:
    found: list[Outcome] = []
    for chunk in chunks:
        found += chunk
        progress(len(found))
    return tuple(found)


def _some(plan: Plan, traffic: Traffic, scenario: Scenario, times: Times, seed: int, numbers: range) -> list[Outcome]:
    return [SimulatedRollout(plan, traffic, scenario, times, default_rng([seed, n])).run() for n in numbers]
