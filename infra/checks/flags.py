"""Checks on feature flags: which have outlived their date, will outlive it in mid-rollout, or do nothing."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from infra.checks.check import notice, warning
from infra.checks.setting import Setting
from infra.flags import sticky, used_in
from infra.spec.flag import Flag
from infra.spec.rules.finding import Finding

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Dated:
    """An endpoint on a day: a date means something only beside today's."""

    setting: Setting
    today: date

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The endpoint's flags."""
        return self.setting.endpoint.flags


@warning
def flag_expired(dated: Dated) -> Iterator[Finding]:
    """A flag that outlives its date stays for good: nobody remembers what would break without it."""
    for flag in dated.flags:
        past = -flag.days_left(dated.today)
        if past > 0:
            ago = f"{past} day{'' if past == 1 else 's'} ago"
            fix = f"take the flag out and what depends on it, or let {flag.owner} set a later date"
            yield Finding(("flags", flag.name, "expires"), f"was {ago}, and {flag.name} is still here", fix)


@warning
def flag_expires_in_rollout(dated: Dated) -> Iterator[Finding]:
    """A flag that must go while a rollout needs it takes a step out of the plan in mid-rollout."""
    plan = dated.setting.plan
    if plan is None:
        return
    # A rollout may begin at the end of the day, so a part of a day may reach into one more.
    days = math.ceil(sum(step.max_bake for step in plan.steps) / _DAY)
    for flag in dated.flags:
        used = used_in(dated.setting.endpoint, flag)
        if used and flag.days_left(dated.today) < days:
            end = dated.today + timedelta(days)
            problem = f"needs a flag whose last day is {flag.expires}, and a rollout begun today may last until {end}"
            fix = f"write expires: {end} or later under flags.{flag.name}, or let the steps end sooner"
            yield Finding(("rollout", "steps", used[0], "flag"), problem, fix)


@warning
def flag_not_deployed(dated: Dated) -> Iterator[Finding]:
    """Flags are deployed for routers: without a sticky endpoint in the environment nobody can read them."""
    if not sticky(dated.setting.environment):
        for flag in dated.flags:
            fix = "add routing: sticky to a rollout, or take the flag out"
            yield Finding(("flags", flag.name), "is deployed nowhere", fix)


@notice
def flag_unused(dated: Dated) -> Iterator[Finding]:
    """A flag that no step uses changes no rollout; an application may still read it by itself."""
    if not sticky(dated.setting.environment):
        return
    for flag in dated.flags:
        if not used_in(dated.setting.endpoint, flag):
            yield Finding(
                ("flags", flag.name), "is used by no step", f"ask {flag.owner}; if nothing reads it, drop it"
            )
