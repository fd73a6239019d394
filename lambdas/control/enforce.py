"""Making live what the ledger intends."""

from lambdas.control.world import World
from lambdas.rollout.live import Live
from lambdas.rollout.names import STABLE
from lambdas.rollout.plan import Routing
from lambdas.rollout.ports import EndpointBusyError, Turn
from lambdas.rollout.release import BACK
from lambdas.rollout.room import count_to_ask_for
from lambdas.rollout.state import EndpointState, Phase, Rollout


def enforce(world: World, state: EndpointState) -> None:
    """Give the canary the weight that the ledger intends, and obey whoever decided in the meantime.

    SageMaker has no conditional weight update: two writers may reach it in either order. So the ledger is
    written before this is called, and read again after each write; the last decision wins in the end, whatever
    the order of the writes. It looks for itself: what somebody saw before the ledger was written may have been
    replaced by now. Raises `EndpointBusyError` or `EndpointRefusedError` while SageMaker refuses.
    """
    while (rollout := state.rollout) and rollout.phase is not Phase.SUPERSEDED:
        live = world.endpoints.live(state.endpoint)
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
    """Change one thing: the configuration before the weight, the weight before the count; tells whether it asked.

    A way back changes the configuration only where weights have failed.
    """
    turn, config = Turn(rollout.number, revision, rollout.flag, rollout.challengers), _config(rollout)
    count = count_to_ask_for(rollout, live)
    if config not in ("", live.config):
        # What is pending has been asked for already, or somebody else's deployment comes first; in a mix nothing is
        # under way, though SageMaker may still show it.
        if live.pending and not live.mixed:
            return False
        world.endpoints.set_configuration(live, config)
    elif rollout.handing_over and rollout.weight:
        world.endpoints.hand_over(live, turn)
    elif (live.desired, live.flag) != (rollout.shares, rollout.flag):
        _require_rest(rollout, live)
        world.endpoints.set_canary_weight(live, rollout.weight, turn)
    elif count:
        _require_rest(rollout, live)
        world.fleets.set_count(live, STABLE, count)
    else:
        return False
    return True


def _require_rest(rollout: Rollout, live: Live) -> None:
    """Ask nothing of an endpoint that SageMaker is working on; a router's shares may change at any time.

    It would refuse. But asked in the moment in which it is done, it would change what serves then: another pair.
    """
    if live.changing and rollout.plan.routing is Routing.WEIGHTS:
        raise EndpointBusyError(f"{live.endpoint} is {live.status}")


def _config(rollout: Rollout) -> str:
    """Name the configuration that must be live before weights are of use; empty where any of the pair's does."""
    if rollout.phase is Phase.PROGRESSING:
        return rollout.config
    return rollout.release.config(BACK) if rollout.falling_back else ""
