"""Checks on what CloudWatch says now; they run with `serinus check --live`."""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.checks.alarms.watch import Watch
from infra.checks.check import error
from infra.spec.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Named:
    """An alarm that an environment file names, and whether the account has it."""

    name: str
    exists: bool


@error
def alarm_is_missing(named: Named) -> Iterator[Finding]:
    """An endpoint whose alarm does not exist is guarded by nothing."""
    if not named.exists:
        yield Finding((), f"the account has no metric alarm {named.name}", "make it, or take it out")


@error
def alarm_fires_already(watch: Watch) -> Iterator[Finding]:
    """A deployment that begins while its alarm is in ALARM must reckon with being taken back at once."""
    if watch.state == "ALARM":
        problem = "is in ALARM now: the next deployment would be taken back at once"
        yield Finding((), problem, "wait until it is OK, or mend what it watches first")
