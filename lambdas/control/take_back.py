"""The fast way back: the ledger and two SageMaker calls."""

import contextlib

from lambdas.control.enforce import enforce
from lambdas.control.record import record
from lambdas.control.tell import announce
from lambdas.control.world import World
from lambdas.rollout.challengers import drop
from lambdas.rollout.decision import Decision, concerns, roll_back
from lambdas.rollout.names import CANARY, execution
from lambdas.rollout.ports import ConflictError, EndpointBusyError, EndpointRefusedError, ThrottledError
from lambdas.rollout.state import EndpointState, Phase, Rollout


def take_back(
    world: World,
    endpoint: str,
    *,
    cause: str,
    reason: str,
    alarm_since: float | None = None,
    variant: str = CANARY,
) -> Decision | None:
    """Roll back the rollout in progress, if there is one; None where there was nothing to turn round.

    ``alarm_since`` is when an alarm went off: one that is older than the rollout is another's. Where ``variant`` is a
    challenger it alone is dropped. Traffic is off the canary when this returns, or, where SageMaker refuses (mostly
    because the endpoint is Updating), as soon as the workflow that is started here gets through.
    """
    state, decision = _turn_round(world, endpoint, cause, (variant, reason), alarm_since)
    rollout = state.rollout
    returning = rollout is not None and rollout.phase is Phase.ROLLING_BACK
    if rollout is None or not (returning or decision):
        return None
    with contextlib.suppress(EndpointBusyError, EndpointRefusedError, ThrottledError):
        enforce(world, state)
    if returning:
        world.workflow.start(endpoint, execution(endpoint, rollout.number, state.revision))
    if decision:
        announce(world, state, decision)
    return decision


def _turn_round(
    world: World, endpoint: str, cause: str, against: tuple[str, str], alarm_since: float | None
) -> tuple[EndpointState, Decision | None]:
    """Commit what follows for a variant, for a reason, however often others commit in between."""
    while True:
        state = world.ledger.load(endpoint)
        rollout = state.in_progress
        stale = rollout and alarm_since is not None and not concerns(rollout, alarm_since)
        if rollout is None or rollout.phase is Phase.ROLLING_BACK or stale:
            return state, None
        decision = _against(rollout, *against, world.now())
        if decision is None:
            return state, None
        try:
            return record(world, state, decision, cause=cause), decision
        except ConflictError:
            continue


def _against(rollout: Rollout, variant: str, reason: str, now: float) -> Decision | None:
    if variant == CANARY:
        return roll_back(rollout, now, reason)
    served = variant in rollout.shares
    return drop(rollout, (variant,), reason) if served else None
