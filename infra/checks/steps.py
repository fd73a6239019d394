"""Checks on the steps of a plan."""

from collections.abc import Iterator
from itertools import pairwise

from infra.checks.check import warning
from infra.checks.setting import Setting
from infra.spec.errors import KeyPath
from infra.spec.rules.finding import Finding
from infra.spec.units import duration, percentage
from lambdas.rollout.plan import Step

Placed = tuple[int, Step]
"""A step with its index in the plan."""

LARGEST_FIRST = 1_000
"""Basis points that a first step should not exceed where people depend on the endpoint."""
LARGEST_JUMP = 20
"""Times the weight before."""
FEWEST_LOOKS = 3


@warning
def first_step_too_large(setting: Setting) -> Iterator[Finding]:
    """A first step above 10 % shows a model that has never answered anybody to many people at once."""
    for index, first in _shown(setting)[:1]:
        if setting.protected and first.weight > LARGEST_FIRST:
            problem = f"is the first that people meet of a new model, at {percentage(first.weight)} of all traffic"
            yield _at(index, "weight", problem, f"begin with {percentage(LARGEST_FIRST)} or less")


@warning
def jump_too_large(setting: Setting) -> Iterator[Finding]:
    """A step more than 20 times the one before meets load that the canary's instances have never seen."""
    for (_, before), (index, step) in pairwise(_shown(setting)):
        if step.weight > LARGEST_JUMP * before.weight:
            problem = f"is {step.weight / before.weight:g} times the step before ({percentage(before.weight)})"
            yield _at(index, "weight", problem, "put a step between them, such as 10%")


@warning
def last_bake_shortest(setting: Setting) -> Iterator[Finding]:
    """Faults of load first show at 100 %, so the last step should bake no shorter than the one before."""
    for (_, before), (index, last) in list(pairwise(_shown(setting)))[-1:]:
        if last.bake < before.bake and not before.tests:
            problem = f"is shorter than the step before ({duration(before.bake)}), though all traffic is new to it"
            yield _at(index, "bake", problem, f"write {duration(before.bake)} or more")


@warning
def no_time_to_decide(setting: Setting) -> Iterator[Finding]:
    """Where max_bake equals bake, a judge that cannot tell yet at its first chance ends the step."""
    for index, step in _all(setting):
        if step.max_bake == step.bake:
            problem = f"leaves the judge a single moment, {duration(step.bake)} in, to be sure"
            yield _at(index, "max_bake", problem, f"write {duration(4 * step.bake)}, or leave it out")


@warning
def too_few_looks(setting: Setting) -> Iterator[Finding]:
    """A bake of fewer than three metric periods passes a step on one or two numbers."""
    period = setting.environment.control.metric_period
    for index, step in _all(setting):
        if step.bake < FEWEST_LOOKS * period:
            problem = f"holds {step.bake // period} periods of {duration(period)}"
            at = ("rollout", "steps", index, *bake_of(step))
            yield Finding(at, problem, f"write {duration(FEWEST_LOOKS * period)} or more")


def bake_of(step: Step) -> KeyPath:
    """Tell under which keys of a step its bake is written."""
    return ("shadow", "for") if step.shadow else ("bake",)


def part_of(step: Step) -> KeyPath:
    """Tell under which keys of a step it is written what the canary sees."""
    return ("shadow", "sample") if step.shadow else ("weight",)


def _all(setting: Setting) -> list[Placed]:
    return list(enumerate(setting.plan.steps)) if setting.plan else []


def _shown(setting: Setting) -> list[Placed]:
    """List the steps in which anybody may get the canary's answers."""
    return [(index, step) for index, step in _all(setting) if step.weight and not step.flag]


def _at(index: int, key: str, problem: str, fix: str) -> Finding:
    return Finding(("rollout", "steps", index, key), problem, fix)
