"""Keeping what SageMaker does by itself. It writes lines of history only: no rollout's state is read or touched."""

from collections.abc import Iterable
from dataclasses import dataclass

from lambdas.rollout.native.line import BEGIN, END, Line, deployments
from lambdas.rollout.native.ports import Endpoints, History
from lambdas.rollout.native.sight import Fired, Sight
from lambdas.rollout.native.tell import alarmed, endings, lines
from lambdas.rollout.ports import Ledger, Metrics, Notifier
from lambdas.rollout.state import Kind

_RECENT = 200
"""Lines looked back on for deployments without an end; the longest deployment (20 batches) makes about 100."""


@dataclass(frozen=True, slots=True)
class Onlooker:
    """The ports of one who looks on."""

    endpoints: Endpoints
    history: History
    ledger: Ledger
    metrics: Metrics
    notifier: Notifier


def heed(world: Onlooker, event: Sight | Fired) -> tuple[Line, ...]:
    """Keep what an event tells; return what was news."""
    return warn(world, event) if isinstance(event, Fired) else witness(world, event)


def warn(world: Onlooker, fired: Fired) -> tuple[Line, ...]:
    """Tell people that an alarm fires where nothing takes a deployment back; once per alarm and deployment."""
    recent = world.history.recent(fired.endpoint, _RECENT)
    known = deployments(recent)
    news = _unknown((alarmed(each, fired) for each in known[-1:]), recent)
    if news or not known:
        text = (
            f"{fired.reason}\n\nNo alarm takes a deployment of a serverless endpoint back. The way back is a deploy"
            f" of the version before.\n\nHistory: serinus history ENVIRONMENT {fired.endpoint}\n"
        )
        world.notifier.tell(f"{fired.endpoint}: an alarm fires, and nothing is taken back", text)
    return tuple([line for line in news if world.history.add(line)])


def witness(world: Onlooker, event: Sight) -> tuple[Line, ...]:
    """Keep what an event shows, and what SageMaker shows now; return what was news.

    The history is read before SageMaker is asked: what was known then and is not under way now has ended.
    """
    endpoint = event.endpoint
    known = world.history.recent(endpoint, _RECENT)
    now = world.endpoints.look(endpoint)
    release = world.ledger.release(endpoint)
    seen = [*lines(event, release), *(lines(now, release) if now else ())]
    ended = endings(deployments([*known, *seen]), now, came_to_rest=event.resting) if now else ()
    return tuple([line for line in _unknown([*seen, *ended], known) if _told_and_kept(world, line, now)])


def _unknown(lines: Iterable[Line], known: Iterable[Line]) -> list[Line]:
    kept = {line.key for line in known}
    return list({line.key: line for line in lines if line.key not in kept}.values())


def _told_and_kept(world: Onlooker, line: Line, now: Sight | None) -> bool:
    """Tell people first: what is kept is news no more, and whoever dies in between is called again."""
    full = line if line.fact != END else _with_alarms(world, line, now)
    _announce(world, full)
    return world.history.add(full)


def _with_alarms(world: Onlooker, line: Line, now: Sight | None) -> Line:
    """Say which of the deployment's alarms fire, where it was taken back: SageMaker's own reason may be empty."""
    if line.kind is not Kind.ROLL_BACK or now is None:
        return line
    firing = [each.reason for each in world.metrics.firing(now.alarms)]
    return line._replace(reason="; ".join([line.reason, *firing]))


def _announce(world: Onlooker, line: Line) -> None:
    """Tell people that a deployment began or ended; its stages are in the history."""
    if line.fact not in (BEGIN, END):
        return
    subject = f"{line.endpoint}: SageMaker's deployment {line.phase}"
    text = (
        f"{line.kind} on {line.endpoint}\n\n{line.reason}\n\nHistory: serinus history ENVIRONMENT {line.endpoint}\n"
    )
    world.notifier.tell(subject, text)
