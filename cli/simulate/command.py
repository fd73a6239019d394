"""`simulate`: thousands of rollouts of one endpoint's plan, before the first real one."""

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence

from cli.answer import Answer
from cli.exits import Exit
from cli.simulate.document import document
from cli.simulate.given import Given, given
from cli.simulate.pictures import draw
from cli.simulate.simulated import Page, Simulated
from cli.simulate.text import text
from lambdas.rollout.plan import Plan
from simulation.budget import hold
from simulation.case import Case
from simulation.run import run
from simulation.scenario import Scenario
from simulation.scenarios import OF_SHADOWS, SCENARIOS, USUAL

_PATIENCE = 1.5
"""Seconds after which people are told how far it is."""


def simulate(arguments: Namespace) -> Answer:
    """Simulate, hold against the budget, draw; nothing is asked of AWS."""
    about = given(arguments)
    scenarios = arguments.scenario or [SCENARIOS[name] for name in _usual(plan for _, plan in about.plans)]
    plans = [_simulated(about, name, plan, scenarios, arguments) for name, plan in about.plans]
    page = Page(about, arguments.rollouts, arguments.seed, tuple(plans))
    pictures = draw(page, arguments.out) if arguments.out else ()
    code = Exit.OVER_BUDGET if plans[0].over_budget else Exit.FINE
    return Answer(document(page, pictures), text(page, pictures), code)


def _usual(plans: Iterable[Plan]) -> tuple[str, ...]:
    """Where a plan has a shadow, simulate also what only a shadow finds."""
    return (*USUAL, OF_SHADOWS) if any(step.shadow for plan in plans for step in plan.steps) else USUAL


def _simulated(about: Given, name: str, plan: Plan, scenarios: Sequence[Scenario], arguments: Namespace) -> Simulated:
    found = []
    for scenario in scenarios:
        case = Case(plan, about.traffic, scenario, about.times)
        told = _teller(f"{name}, {scenario.name}", arguments.rollouts)
        found.append(run(case, arguments.rollouts, arguments.seed, jobs=arguments.jobs, progress=told))
    return Simulated(name, tuple(found), hold(plan.budget, found))


def _teller(what: str, total: int) -> Callable[[int], None]:
    """Tell the progress on standard error, if it takes a while and somebody looks."""
    began = time.monotonic()

    def told(done: int) -> None:
        if not sys.stderr.isatty() or time.monotonic() - began < _PATIENCE:
            return
        end = "\n" if done == total else ""
        print(f"\rserinus: {what}: {done:,} of {total:,} rollouts", end=end, file=sys.stderr, flush=True)

    return told
