"""One look at a rollout by the workflow."""

import math
from typing import NamedTuple

from lambdas.control.enforce import enforce
from lambdas.control.observe import measure, observe
from lambdas.control.record import announce, record
from lambdas.control.world import World
from lambdas.rollout.decide import decide
from lambdas.rollout.decision import Decision, supersede
from lambdas.rollout.judge.verdict import Verdict
from lambdas.rollout.ports import ConflictError, EndpointBusyError, EndpointRefusedError
from lambdas.rollout.state import EndpointState, Kind, Phase, Rollout
from lambdas.rollout.way_back import refused

_POLL = 2
"""Seconds between looks while waiting for SageMaker rather than for evidence."""


RENEW_AFTER = 3_600.0
"""Seconds after which the workflow goes on in a new execution: at a look every 2 s, some 16,000 events of the
25,000 that Step Functions allows one."""


class Look(NamedTuple):
    """What the look came to: the decision (None: there was nothing to do) and seconds to the next one."""

    decision: Decision | None
    verdicts: tuple[Verdict, ...]
    again_in: int | None

    def following(self, running_for: float) -> str:
        """Tell the workflow what comes next, after ``running_for`` seconds of its execution."""
        if self.again_in is None:
            return "done"
        return "renew" if running_for > RENEW_AFTER else "wait"


def advance(world: World, endpoint: str) -> Look:
    """Look at the rollout in progress, decide, record, apply; any number of times, at any time."""
    state = world.ledger.load(endpoint)
    rollout = state.in_progress
    if rollout is None:
        return Look(None, (), None)
    try:
        return _look(world, state, rollout)
    except (ConflictError, EndpointBusyError):
        return Look(None, (), _POLL)


def _look(world: World, state: EndpointState, rollout: Rollout) -> Look:
    live = world.endpoints.live(state.endpoint)
    if live is None:
        gone = supersede(rollout, world.now(), "the endpoint is gone")
        announce(world, record(world, state, gone, cause="workflow"), gone)
        return Look(gone, (), None)
    measured = measure(world, rollout)
    seen = observe(world, measured, live)
    decision = decide(measured, seen)
    if decision.kind is not Kind.HOLD or decision.rollout != rollout or seen.verdicts:
        state = record(world, state, decision, cause="workflow", seen=seen)
    try:
        enforce(world, state)
    except EndpointRefusedError as error:
        if decision.rollout.phase is not Phase.ROLLING_BACK:
            raise
        _insist(world, state, decision.rollout, str(error))
    finally:
        announce(world, state, decision)
    return Look(decision, seen.verdicts, _again_in(world, decision.rollout))


def _insist(world: World, state: EndpointState, rollout: Rollout, reason: str) -> None:
    """Keep why a rollback is refused; the next look asks again."""
    kept = refused(rollout, world.now(), reason)
    if kept.rollout != rollout:
        record(world, state, kept, cause="workflow")


def _again_in(world: World, rollout: Rollout) -> int | None:
    """Seconds to the next look; None where the workflow has nothing to wait for."""
    if rollout.phase.ended or rollout.phase is Phase.PAUSED:
        return None
    if rollout.phase is Phase.PROGRESSING and rollout.serving_since is not None:
        return max(1, math.ceil(world.period))
    return _POLL
