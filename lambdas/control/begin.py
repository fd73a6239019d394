"""An endpoint has come into service: begin what the ledger asks for."""

from dataclasses import replace

from lambdas.control.record import announce, record
from lambdas.control.world import World
from lambdas.rollout.begin import Noted, begin, unsaid
from lambdas.rollout.decision import Decision
from lambdas.rollout.names import execution
from lambdas.rollout.ports import ConflictError, EndpointBusyError
from lambdas.rollout.release import Release
from lambdas.rollout.state import Kind, Phase


def begin_rollout(world: World, endpoint: str) -> Decision | None:
    """Compare what was asked with what serves; begin, supersede or note accordingly, and start the workflow.

    Weight changes bring an endpoint into service too, so this is called often, and mostly the ledger tells that there
    is nothing to do. Raises `EndpointBusyError`, so that it is called again, where there is something to do and
    SageMaker does not show the endpoint in service yet.
    """
    release = world.ledger.release(endpoint)
    if release is None:
        return None
    decision = _say(world, release) if unsaid(world.ledger.load(endpoint), release) else None
    _drive(world, endpoint)
    return decision


def _say(world: World, release: Release) -> Decision | None:
    """Tell the ledger all that the release means, now that it serves."""
    endpoint, decision = release.endpoint, None
    live = world.endpoints.live(endpoint)
    if live is None:
        return None
    while True:
        state = world.ledger.load(endpoint)
        if not live.settled and unsaid(state, release):
            raise EndpointBusyError(
                f"{endpoint} is {live.status}; {release.canary or release.stable} must wait for it"
            )
        found = begin(state, release, live, world.now())
        try:
            match found:
                case None:
                    return decision
                case Noted():
                    world.ledger.commit(replace(found.state, revision=state.revision + 1), None)
                case Decision():
                    decision = found
                    announce(world, record(world, state, found, cause="deploy", live=live), found)
                    if found.kind is Kind.BEGIN:
                        return decision
        except ConflictError:
            continue


def _drive(world: World, endpoint: str) -> None:
    """Start the workflow of a rollout that has not begun to move; also after a crash between the two writes."""
    rollout = world.ledger.load(endpoint).in_progress
    if rollout and rollout.phase is Phase.PENDING:
        world.workflow.start(endpoint, execution(endpoint, rollout.number, 0))
