"""A workflow for a rollback whose own has ended before it."""

from lambdas.control.record import record
from lambdas.control.world import World
from lambdas.rollout.decision import Decision
from lambdas.rollout.names import execution
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.state import Kind, Phase


def drive_again(world: World, endpoint: str, *, cause: str, reason: str) -> Decision | None:
    """Note that the rollback was asked for again, and start a workflow; None where there is no rollback.

    An execution that has failed keeps its name for 90 days (Step Functions API reference, StartExecution): a name
    after the present revision starts nothing. The note is a revision of its own. Two workflows do each other no harm.
    """
    while True:
        state = world.ledger.load(endpoint)
        rollout = state.in_progress
        if rollout is None or rollout.phase is not Phase.ROLLING_BACK:
            return None
        decision = Decision(Kind.HOLD, f"asked for again: {reason}", rollout)
        try:
            state = record(world, state, decision, cause=cause)
        except ConflictError:
            continue
        world.workflow.start(endpoint, execution(endpoint, rollout.number, state.revision))
        return decision
