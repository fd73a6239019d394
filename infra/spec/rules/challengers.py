"""Rules on challengers: the further model versions that tests serve beside the canary."""

import re
from collections.abc import Iterator

from infra.spec.endpoint import Endpoint
from infra.spec.images import model_versions
from infra.spec.rollout import Progressive
from infra.spec.rules.finding import Finding
from infra.spec.units import percentage
from lambdas.rollout.exposure import LONGEST_VARIANT
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Step, Then
from lambdas.rollout.release import SHADOW

MOST_VARIANTS = 10
"""Production variants of an endpoint configuration (SageMaker API reference, CreateEndpointConfig)."""
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def challengers_have_names(endpoint: Endpoint) -> Iterator[Finding]:
    """A challenger's name is its variant's, and a part of the inference ids by which rewards are joined."""
    for name in endpoint.challengers:
        fix = f"write at most {LONGEST_VARIANT} lower-case letters, digits and hyphens, such as lean"
        if len(name) > LONGEST_VARIANT or not _NAME.fullmatch(name):
            yield Finding(("challengers", name), "is no name of a challenger", fix)
        elif name in (STABLE, CANARY, SHADOW):
            yield Finding(("challengers", name), "is the name of a role", "give it another name, such as lean")


def challengers_have_company(endpoint: Endpoint) -> Iterator[Finding]:
    """They are tested beside a canary, which alone can go on from there."""
    if endpoint.challengers and endpoint.canary is None and isinstance(endpoint.rollout, Progressive):
        fix = "make one of them the canary, or take them out"
        yield Finding(("challengers",), "are tested beside a canary, and there is none", fix)
    if endpoint.challengers and not isinstance(endpoint.rollout, Progressive):
        fix = "take them out, or choose mode: progressive"
        yield Finding(("challengers",), "need variants of their own, which native mode does not have", fix)
    if len(endpoint.challengers) > MOST_VARIANTS - 2:
        fix = f"keep {MOST_VARIANTS - 2} of them"
        yield Finding(("challengers",), f"make more than SageMaker's {MOST_VARIANTS} production variants", fix)


def challengers_are_other_models(endpoint: Endpoint) -> Iterator[Finding]:
    """Each model version has a label of its own."""
    seen: dict[str, str] = {}
    for at, model in model_versions(endpoint):
        name = str(at[-1])
        if model.version in seen and name not in (STABLE, CANARY):
            fix = "give it its own version, or take it out"
            yield Finding((*at, "version"), f"is the version of {seen[model.version]}, too", fix)
        seen.setdefault(model.version, name)


def tests_have_their_challengers(endpoint: Endpoint) -> Iterator[Finding]:
    """Where something is rolled out, tests name challengers that there are, and each that there is stands in one."""
    if not isinstance(endpoint.rollout, Progressive) or endpoint.canary is None:
        return
    asked: set[str] = set()
    for index, step in enumerate(endpoint.rollout.plan.steps):
        kind = "experiment" if step.experiment else "bandit"
        for name in step.tests.challengers if step.tests else ():
            asked.add(name)
            if name not in endpoint.challengers:
                at = ("rollout", "steps", index, kind, "challengers", name)
                yield Finding(at, "is no challenger of this endpoint", f"add {name} to challengers, with its version")
    for name in endpoint.challengers:
        if name not in asked and not (set(asked) - set(endpoint.challengers)):
            fix = f"add challengers: {{{name}: 20%}} to an experiment or a bandit, or take it out"
            yield Finding(("challengers", name), "is in no test, so nobody would ever get it", fix)


def arms_leave_stable_something(step: Step) -> Iterator[Finding]:
    """Every arm answers somebody, stable too."""
    if step.tests is None:
        return
    kind = "experiment" if step.experiment else "bandit"
    for name, share in step.tests.challengers.items():
        if not 0 < share < FULL:
            yield Finding(
                (kind, "challengers", name), "leaves an arm nobody", "write between 1% and 99%, such as 20%"
            )
    given = step.weight + sum(step.tests.challengers.values())
    if step.tests.challengers and given >= FULL:
        problem = f"and the canary's share come to {percentage(given)}, which leaves stable nobody"
        yield Finding((kind, "challengers"), problem, "write less, so that stable has a share, too")
    if step.tests.outdone is Then.GO_ON:
        problem = "lets the canary go on though a challenger is better"
        yield Finding((kind, "outdone"), problem, "write roll_back or pause")
    if step.bandit and step.bandit.floor * (2 + len(step.bandit.challengers)) > FULL and step.bandit.challengers:
        most = percentage(FULL // (2 + len(step.bandit.challengers)))
        problem = "for every arm is more than there is"
        yield Finding(("bandit", "floor"), problem, f"write at most {most}")
