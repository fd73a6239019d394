"""Rules on drills: a saboteur must fit its endpoint as any canary must."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from infra.spec.drill import Drill
from infra.spec.drilled import bound, drilled, sabotaged
from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.rollout import Progressive
from infra.spec.rules import challengers, deployments, endpoints
from infra.spec.rules.finding import Finding
from infra.spec.units import duration
from lambdas.rollout.plan import FULL

LONGEST_VERSION = 16
"""Characters of a saboteur's version: each drill appends its time (``-20261126-101500``), and 32 are allowed."""
_OF_ENDPOINTS: tuple[Callable[[Endpoint], Iterable[Finding]], ...] = (
    endpoints.canary_has_a_label_of_its_own,
    endpoints.canary_is_another_model,
    endpoints.count_is_in_bounds,
    endpoints.shadow_is_possible,
    challengers.tests_have_their_challengers,
)
_OF_ENVIRONMENTS = (deployments.images_are_reachable, deployments.frameworks_have_images)
_CANARY = "canary"
_Whole = TypeVar("_Whole", Endpoint, Environment)


def within_is_some_time(drill: Drill) -> Iterator[Finding]:
    """Nothing is taken back at once."""
    if drill.within == 0:
        yield Finding(("within",), "leaves no time to take anything back", "write a duration, such as 15m")


def version_leaves_room(drill: Drill) -> Iterator[Finding]:
    """Every drill is a version of its own, so that the ledger tells them apart."""
    if len(drill.canary.version) > LONGEST_VERSION:
        problem = f"is longer than {LONGEST_VERSION} characters, and each drill appends its time"
        yield Finding((_CANARY, "version"), problem, "write a short one, such as saboteur")


def saboteur_fits_its_endpoint(endpoint: Endpoint) -> Iterator[Finding]:
    """What holds for a canary holds for one that is known to be bad."""
    if endpoint.drill is None:
        return
    if not isinstance(endpoint.rollout, Progressive):
        problem = "needs a second variant, which native mode does not have"
        yield Finding(("drill",), problem, "take it out, or choose mode: progressive")
        return
    found = sabotaged(endpoint, endpoint.drill.canary.version)
    yield from _new(_OF_ENDPOINTS, endpoint, found, ())


def saboteur_begins_by_itself_with_a_part(endpoint: Endpoint) -> Iterator[Finding]:
    """A model that is known to be bad is shown to a part of the requests, and nobody is there to approve it."""
    if endpoint.drill is None or not isinstance(endpoint.rollout, Progressive):
        return
    for first in endpoint.rollout.plan.steps[:1]:
        at = ("rollout", "steps", 0)
        if first.weight == FULL:
            problem = "gives a saboteur all traffic at once, and a drill would be an outage"
            yield Finding((*at, "weight"), problem, "begin with less, or take drill out")
        if first.approval:
            problem = "lets a saboteur wait for a person, and a drill has none"
            yield Finding((*at, "approval"), problem, "take approval out of the first step, or drill out")


def saboteurs_have_images(environment: Environment) -> Iterator[Finding]:
    """SageMaker finds the saboteur's image."""
    for endpoint in environment.endpoints:
        if endpoint.drill:
            found = drilled(environment, endpoint.name, endpoint.drill.canary.version)
            yield from _new(_OF_ENVIRONMENTS, environment, found, ("endpoints", endpoint.name))


def drills_last_long_enough(environment: Environment) -> Iterator[Finding]:
    """Nobody can tell anything before a metric period has closed and is complete."""
    needed = environment.control.metric_period + environment.control.metric_delay
    for endpoint in environment.endpoints:
        if endpoint.drill and isinstance(endpoint.rollout, Progressive) and 0 < bound(endpoint) <= needed:
            problem = f"is over before anything is counted: a period and its delay take {duration(needed)}"
            yield Finding(
                ("endpoints", endpoint.name, "drill", "within"), problem, f"write more than {duration(needed)}"
            )


def _new(
    rules: Iterable[Callable[[_Whole], Iterable[Finding]]], before: _Whole, after: _Whole, to: tuple[str, ...]
) -> Iterator[Finding]:
    """Tell what rules find of the saboteur alone, at its own place; ``to`` are the keys down to its endpoint."""
    for rule in rules:
        known = set(rule(before))
        yield from (_moved(finding, to) for finding in rule(after) if finding not in known)


def _moved(finding: Finding, to: tuple[str, ...]) -> Finding:
    below = finding.at[len(to) :]
    return replace(finding, at=(*to, "drill", *below)) if below[:1] == (_CANARY,) else finding
