"""Which picture belongs to which page."""

from collections.abc import Callable, Mapping
from functools import partial

from cli.report.render import stacked
from demo.pictures import fleets, trials
from demo.pictures.page import endpoint, native, plan
from demo.pictures.steps import steps
from demo.pictures.users import moments, switched, users
from lambdas.rollout.plan import Step

_FLAGGED = 15
"""Users, of 40, who have the flag."""
_SEED = 1


def _fleets(page: str) -> str:
    shape = endpoint(page).instance
    found = tuple(fleets.stages(native(page), shape.count if shape else 1))
    return stacked(
        f"SageMaker's own rollout of {found[0].old} instances",
        "start-up times are SageMaker's",
        (
            ("Traffic: the new fleet's share", fleets.traffic(found)),
            ("Instances: new below, old above", fleets.instances(found)),
        ),
    )


def _users(page: str) -> str:
    chart = users(moments(plan(page)), _FLAGGED)
    flag = next(step.flag for step in plan(page).steps if step.flag)
    return stacked("Who has the canary", f"users 1 to {_FLAGGED} have the flag {flag}", (("", chart),))


def _switched() -> str:
    chart = users(switched(plan("feature-flags")), _FLAGGED)
    return stacked("The kill switch", "routers hear of it within 15 seconds", (("", chart),))


def _tested(page: str) -> Step:
    return next(step for step in plan(page).steps if step.tests)


def _experiment() -> str:
    canaries = (("safety", "10 % better", 0.11), ("stable", "as good", 0.10), ("harm", "8 % worse", 0.092))
    chart = trials.evidence(_courses("ab-test", canaries))
    return stacked("How near to a proof", "", (("Evidence for what is proven in the end", chart),))


def _bandit() -> str:
    canaries = (("safety", "5 % better", 0.105), ("harm", "5 % worse", 0.095))
    chart = trials.shares(_courses("bandit", canaries))
    return stacked("The canary's share in a bandit", "", (("Share of the users", chart),))


def _courses(page: str, canaries: tuple[tuple[str, str, float], ...]) -> list[trials.Course]:
    step = _tested(page)
    return [trials.Course(look, name, list(trials.course(step, 0.10, rate, _SEED))) for look, name, rate in canaries]


def _path() -> str:
    return stacked(
        "One plan, five patterns", "outlines: copies, or users of a flag only", (("", steps(plan("README"))),)
    )


PICTURES: Mapping[str, Callable[[], str]] = {
    "blue-green": partial(_fleets, "blue-green"),
    "rolling": partial(_fleets, "rolling"),
    "user-canary": partial(_users, "user-canary"),
    "dark-launch": partial(_users, "dark-launch"),
    "feature-flags": _switched,
    "ab-test": _experiment,
    "bandit": _bandit,
    "patterns": _path,
}
"""Each picture's name, and what draws it."""
