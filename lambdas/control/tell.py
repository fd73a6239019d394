"""Telling people, once at least: a letter leaves the ledger when it was sent, and not before."""

from lambdas.control.world import World
from lambdas.rollout.decision import Decision
from lambdas.rollout.letter import Letter, letter, next_try, overdue
from lambdas.rollout.ports import NotToldError
from lambdas.rollout.state import EndpointState


def announce(world: World, state: EndpointState, decision: Decision) -> None:
    """Tell people what was just decided; where that fails the letter waits for `remind`, and nothing else does."""
    if written := letter(state, decision, world.now()):
        _send(world, written)


def remind(world: World, endpoint: str) -> int | None:
    """Send the letters that whoever decided did not live to send.

    Returns in how many seconds others are worth a try; None where none is left.
    """
    waiting = world.outbox.waiting(endpoint)
    for each in waiting:
        if overdue(each, world.now(), world.settle) and _send(world, each):
            waiting = tuple(other for other in waiting if other != each)
    return next_try(waiting, world.now(), world.settle)


def _send(world: World, each: Letter) -> bool:
    """Send first and take it out then: who dies in between has it sent twice."""
    try:
        world.notifier.tell(each.subject, each.text)
    except NotToldError:
        return False
    world.outbox.sent(each)
    return True
