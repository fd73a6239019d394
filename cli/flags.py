"""`flags`: the feature flags of an environment file, with who answers for them and until when."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cli.answer import Answer
from cli.connect import file_of
from cli.exits import Exit, RefusedError
from cli.quantities import count
from cli.steps import named
from infra.flags import used_in
from infra.spec import Endpoint, Environment, Progressive, load
from infra.spec.flag import Condition, Flag

_COLUMNS = ("endpoint", "flag", "owner", "expires", "on for", "used by")


@dataclass(frozen=True, slots=True)
class Listed:
    """A flag of an endpoint on a day; ``left`` counts the days until it expires, and is negative after that."""

    endpoint: Endpoint
    flag: Flag
    left: int


def flags(arguments: Namespace, today: date) -> Answer:
    """List the flags of one endpoint, or of every endpoint of the environment; nothing is asked of AWS."""
    environment = load(file_of(arguments.environment))
    listed = [
        Listed(endpoint, flag, flag.days_left(today))
        for endpoint in _chosen(environment, arguments.endpoint)
        for flag in endpoint.flags
    ]
    document = {"environment": environment.name, "flags": [_document(each) for each in listed]}
    whose = arguments.endpoint or environment.name
    return Answer(document, _table(listed) if listed else Text(f"{whose} has no feature flags"))


def expiry(left: int) -> str:
    """Write how far off the last day is: ``in 12 days``, ``today``, ``expired 1 day ago``."""
    if left < 0:
        return f"expired {count(-left, 'day')} ago"
    return f"in {count(left, 'day')}" if left else "today"


def audience(flag: Flag) -> str:
    """Write for whom a flag is on: ``email ends with @example.com and tier is beta``."""
    return "everybody" if flag.on else " and ".join(map(_condition, flag.when))


def _condition(condition: Condition) -> str:
    if condition.one_of:
        return f"{condition.attribute} is one of {', '.join(condition.one_of)}"
    said = {"is": condition.equals, "starts with": condition.starts_with, "ends with": condition.ends_with}
    how, value = next((how, value) for how, value in said.items() if value is not None)
    return f"{condition.attribute} {how} {value or 'nothing'}"


def _chosen(environment: Environment, name: str | None) -> tuple[Endpoint, ...]:
    known = ", ".join(endpoint.name for endpoint in environment.endpoints) or "none"
    chosen = tuple(each for each in environment.endpoints if name in {None, each.name})
    if name and not chosen:
        raise RefusedError(Exit.USAGE, f"{environment.name} has no endpoint {name}", f"it has: {known}")
    return chosen


def _table(listed: Sequence[Listed]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in _COLUMNS:
        table.add_column(name, overflow="fold")
    for each in listed:
        flag, style = each.flag, "red" if each.left < 0 else ""
        until = Text(f"{flag.expires} ({expiry(each.left)})", style)
        steps = ", ".join(_steps(each)) or "no step"
        table.add_row(each.endpoint.name, flag.name, flag.owner, until, audience(flag), steps)
    return table


def _steps(listed: Listed) -> list[str]:
    rollout, used = listed.endpoint.rollout, used_in(listed.endpoint, listed.flag)
    if not isinstance(rollout, Progressive):
        return []
    return [f"step {index + 1} ({named(rollout.plan.steps[index])})" for index in used]


def _document(listed: Listed) -> dict[str, Any]:
    flag = listed.flag
    return {
        "endpoint": listed.endpoint.name,
        "flag": flag.name,
        "owner": flag.owner,
        "description": flag.description,
        "expires": flag.expires,
        "days_left": listed.left,
        "audience": audience(flag),
        "steps": list(used_in(listed.endpoint, flag)),
    }
