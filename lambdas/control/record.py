"""Recording a decision: the ledger first, always."""

from dataclasses import replace

from lambdas.control.world import World
from lambdas.rollout.begin import with_proven, without_proven
from lambdas.rollout.decision import Decision, Seen
from lambdas.rollout.letter import letter
from lambdas.rollout.live import Live
from lambdas.rollout.names import CANARY
from lambdas.rollout.state import EndpointState, Entry, Phase, Share


def record(
    world: World,
    state: EndpointState,
    decision: Decision,
    *,
    cause: str,
    live: Live | None = None,
    seen: Seen | None = None,
) -> EndpointState:
    """Commit what was decided, on what was ``seen``, or only ``live``, and the letter that tells people of it.

    Raises `ConflictError` if somebody else was first.
    """
    after, live = _after(state, decision), seen.live if seen else live
    rollout, shares = decision.rollout, live.shares if live else {}
    entry = Entry(
        endpoint=state.endpoint,
        rollout=rollout.number,
        revision=after.revision,
        at=world.now(),
        kind=decision.kind,
        cause=cause,
        reason=decision.reason,
        phase=rollout.phase,
        step=rollout.step,
        weight=rollout.weight,
        live_weight=shares.pop(CANARY, 0) if live else None,
        verdicts=seen.verdicts if seen else (),
        challengers=tuple([Share(name, share) for name, share in shares.items()]),
        results=seen.trial.results if seen and seen.trial else (),
    )
    world.ledger.commit(after, entry, letter(after, decision, entry.at))
    return after


def _after(state: EndpointState, decision: Decision) -> EndpointState:
    after = replace(state, revision=state.revision + 1, rollout=decision.rollout)
    release = decision.rollout.release
    match decision.rollout.phase:
        case Phase.PENDING:
            return with_proven(after, release.stable)
        case Phase.PROMOTED:
            return with_proven(after, decision.rollout.canary)
        case Phase.ROLLING_BACK:
            return without_proven(after, decision.rollout.canary)
        case _:
            return after
