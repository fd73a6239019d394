"""An endpoint has come into service: begin what the ledger asks for."""

from dataclasses import replace

from lambdas.control.record import record
from lambdas.control.tell import announce, remind
from lambdas.control.world import World
from lambdas.rollout.begin import Noted, begin, unsaid, worth_a_look
from lambdas.rollout.decision import Decision
from lambdas.rollout.live import Live
from lambdas.rollout.names import execution
from lambdas.rollout.ports import ConflictError, EndpointBusyError
from lambdas.rollout.release import Release
from lambdas.rollout.state import Kind, Phase


def begin_rollout(world: World, endpoint: str) -> Decision | None:
    """Compare what was asked with what serves; begin, supersede, adopt, take back once more or note accordingly.

    Weight changes bring an endpoint into service too, so this is called often, and mostly the ledger tells that there
    is nothing to do. Raises `EndpointBusyError`, so that it is called again, where there is something to do and
    SageMaker does not show the endpoint in service yet.
    """
    remind(world, endpoint)
    release = world.ledger.release(endpoint)
    if release is None or not worth_a_look(world.ledger.load(endpoint), release):
        return None
    live = world.endpoints.live(endpoint)
    if live is None:
        return None
    decision = _say(world, release, live)
    _drive(world, live)
    return decision


def _say(world: World, release: Release, live: Live) -> Decision | None:
    """Tell the ledger all that the release means, now that it serves."""
    decision = None
    while True:
        state = world.ledger.load(live.endpoint)
        if not live.settled and unsaid(state, release):
            raise EndpointBusyError(
                f"{live.endpoint} is {live.status}; {release.canary or release.stable} must wait for it"
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


def _drive(world: World, live: Live) -> None:
    """Start the workflow of a rollout that has not begun to move; also after a crash between the two writes.

    One that is rolling back with traffic on the canary, and nothing under way, is driven by nobody, or soon by two.
    """
    state = world.ledger.load(live.endpoint)
    rollout = state.in_progress
    if rollout and rollout.phase is Phase.PENDING:
        world.workflow.start(live.endpoint, execution(live.endpoint, rollout.number, 0))
    if rollout and rollout.phase is Phase.ROLLING_BACK and live.settled and live.shares:
        world.workflow.start(live.endpoint, execution(live.endpoint, rollout.number, state.revision))
