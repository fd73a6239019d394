"""The kill switch in the ledger: who turned it, when and why."""

from lambdas.control.record import record
from lambdas.control.world import World
from lambdas.rollout.decision import Decision
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.state import Kind


def note_switch(world: World, endpoint: str, *, on: bool, who: str, reason: str = "") -> bool:
    """Write into the history of the latest rollout that the switch was turned; tells whether there is one.

    It changes no rollout: routers obey the switch whatever the ledger says.
    """
    does = "on: everybody is on stable" if on else "off: routers follow the rollout again"
    while True:
        state = world.ledger.load(endpoint)
        if state.rollout is None:
            return False
        decision = Decision(Kind.SWITCH, f"kill switch {does}" + (f": {reason}" if reason else ""), state.rollout)
        try:
            record(world, state, decision, cause=f"operator {who}")
        except ConflictError:
            continue
        return True
