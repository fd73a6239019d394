"""Making live what the ledger intends."""

from lambdas.control.world import World
from lambdas.rollout.live import Live
from lambdas.rollout.names import STABLE
from lambdas.rollout.plan import Routing
from lambdas.rollout.ports import EndpointBusyError, Turn
from lambdas.rollout.room import count_to_ask_for
from lambdas.rollout.state import EndpointState, Phase, Rollout
from lambdas.rollout.wanted import Want, configuration, wanted


def enforce(world: World, state: EndpointState, seen: Live | None = None) -> None:
    """Give the canary the weight that the ledger intends, and obey whoever decided in the meantime.

    Where the endpoint was ``seen`` as it is intended, nothing is asked for; else it is looked at anew, for what was
    seen before the ledger was written may have been replaced by now.

    SageMaker has no conditional weight update: two writers may reach it in either order. So the ledger is
    written before this is called, and read again after each write; the last decision wins in the end, whatever
    the order of the writes. Raises `EndpointBusyError` or `EndpointRefusedError` while SageMaker refuses.
    """
    while (rollout := state.rollout) and rollout.phase is not Phase.SUPERSEDED:
        if seen and wanted(rollout, seen) is None:
            return
        live, seen = world.endpoints.live(state.endpoint), None
        if (
            live is None
            or live.pair != rollout.release.pair
            or not _bring_about(world, rollout, live, state.revision)
        ):
            return
        after = world.ledger.load(state.endpoint)
        if after.revision == state.revision:
            return
        state = after


def _bring_about(world: World, rollout: Rollout, live: Live, revision: int) -> bool:
    """Ask for what is wanted; tells whether anything was."""
    turn = Turn(rollout.number, revision, rollout.flag, rollout.challengers)
    match want := wanted(rollout, live):
        case Want.CONFIGURATION:
            world.endpoints.set_configuration(live, configuration(rollout))
        case Want.EVERYTHING:
            world.endpoints.hand_over(live, turn)
        case Want.WEIGHT:
            _require_rest(rollout, live)
            world.endpoints.set_canary_weight(live, rollout.weight, turn)
        case Want.COUNT:
            _require_rest(rollout, live)
            world.fleets.set_count(live, STABLE, count_to_ask_for(rollout, live))
    return want is not None


def _require_rest(rollout: Rollout, live: Live) -> None:
    """Ask nothing of an endpoint that SageMaker is working on; a router's shares may change at any time.

    It would refuse. But asked in the moment in which it is done, it would change what serves then: another pair.
    """
    if live.changing and rollout.plan.routing is Routing.WEIGHTS:
        raise EndpointBusyError(f"{live.endpoint} is {live.status}")
