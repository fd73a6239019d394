"""An operator's wish, carried out."""

from lambdas.control.enforce import enforce
from lambdas.control.record import record
from lambdas.control.tell import announce
from lambdas.control.world import World
from lambdas.rollout.decision import Decision
from lambdas.rollout.names import execution
from lambdas.rollout.operate import NotPossibleError, Wish, grant
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.state import Phase


def grant_wish(world: World, endpoint: str, wish: Wish, *, who: str, reason: str = "") -> Decision:
    """Pause, resume or approve on behalf of ``who``, for ``reason``; raises `NotPossibleError` if it does not fit.

    Raises `EndpointBusyError` where SageMaker is busy; the wish is recorded, and the workflow carries it out.
    """
    while True:
        state = world.ledger.load(endpoint)
        rollout = state.in_progress
        if rollout is None:
            raise NotPossibleError(f"no rollout is in progress on {endpoint}")
        decision = grant(rollout, wish, world.now())
        if reason:
            decision = decision._replace(reason=f"{decision.reason}: {reason}")
        try:
            state = record(world, state, decision, cause=f"operator {who}")
        except ConflictError:
            continue
        if decision.rollout.phase is Phase.PROGRESSING:
            world.workflow.start(endpoint, execution(endpoint, rollout.number, state.revision))
        try:
            enforce(world, state)
        finally:
            announce(world, state, decision)
        return decision
