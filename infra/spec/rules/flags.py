"""Rules on feature flags."""

from collections.abc import Iterator
from datetime import date

from infra.spec.endpoint import Endpoint
from infra.spec.flag import Condition, Flag
from infra.spec.rollout import Progressive
from infra.spec.rules.finding import Finding
from infra.spec.scalars import nearest


def one_comparison(condition: Condition) -> Iterator[Finding]:
    """A condition compares one way."""
    given = [condition.equals, condition.starts_with, condition.ends_with, condition.one_of or None]
    if sum(each is not None for each in given) != 1:
        fix = "write one of equals, starts_with, ends_with and one_of"
        yield Finding(("attribute",), "is not compared in exactly one way", fix)


def flag_is_for_somebody(flag: Flag) -> Iterator[Finding]:
    """A flag is on for everybody, or for those who meet its conditions."""
    if flag.on == bool(flag.when):
        problem = "is on for everybody, and has conditions" if flag.on else "is on for nobody"
        yield Finding(("when",), problem, "write either on: true or when: [{attribute: tier, equals: beta}]")


def expiry_is_a_date(flag: Flag) -> Iterator[Finding]:
    """The date exists."""
    try:
        date.fromisoformat(flag.expires)
    except ValueError:
        yield Finding(("expires",), "is no day of the calendar", "write a date, such as 2027-06-30")


def steps_have_their_flags(endpoint: Endpoint) -> Iterator[Finding]:
    """A step's flag is one of the endpoint's."""
    if not isinstance(endpoint.rollout, Progressive):
        return
    known = [flag.name for flag in endpoint.flags]
    for index, step in enumerate(endpoint.rollout.plan.steps):
        if step.flag and step.flag not in known:
            fix = f"write {nearest(step.flag, known)}" if known else "add it under the endpoint's flags"
            yield Finding(("rollout", "steps", index, "flag"), "is no flag of this endpoint", fix)
