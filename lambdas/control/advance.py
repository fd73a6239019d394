"""One look at a rollout by the workflow."""

from typing import NamedTuple

from lambdas.control.compare_inputs import compare_inputs
from lambdas.control.enforce import enforce
from lambdas.control.observe import measure, observe
from lambdas.control.record import record
from lambdas.control.tell import announce, remind
from lambdas.control.world import World
from lambdas.rollout import room, way_back
from lambdas.rollout.begin import adopt
from lambdas.rollout.decide import decide
from lambdas.rollout.decision import Decision, supersede
from lambdas.rollout.judge.verdict import Verdict
from lambdas.rollout.live import Live
from lambdas.rollout.pace import SOON, again_in
from lambdas.rollout.ports import ConflictError, EndpointBusyError, EndpointRefusedError, ThrottledError
from lambdas.rollout.state import EndpointState, Kind, Phase, Rollout

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
    """Look at the rollout in progress, decide, record, apply; any number of times, at any time.

    Raises `ThrottledError` where AWS lets it see or do nothing now: the workflow looks again, later each time. A
    rollback goes on asking. While letters wait the workflow does not end.
    """
    look = _at_rollout(world, endpoint)
    letters = remind(world, endpoint)
    return look if look.again_in else look._replace(again_in=letters)


def _at_rollout(world: World, endpoint: str) -> Look:
    state = world.ledger.load(endpoint)
    rollout = state.in_progress
    if rollout is None:
        return Look(None, (), None)
    try:
        return _look(world, state, rollout)
    except (ConflictError, EndpointBusyError):
        return Look(None, (), SOON)
    except ThrottledError:
        if rollout.phase is not Phase.ROLLING_BACK:
            raise
        return Look(None, (), again_in(rollout, world.now(), world.period))


def _look(world: World, state: EndpointState, rollout: Rollout) -> Look:
    live = world.endpoints.live(state.endpoint)
    if live is None:
        gone = supersede(rollout, world.now(), "the endpoint is gone")
        announce(world, record(world, state, gone, cause="workflow"), gone)
        return Look(gone, (), None)
    state, rollout = _adopted(world, state, rollout, live)
    measured = measure(world, rollout)
    seen = observe(world, measured, live)
    decision = compare_inputs(world, measured, decide(measured, seen))
    if decision.kind is not Kind.HOLD or decision.rollout != rollout or seen.verdicts:
        state = record(world, state, decision, cause="workflow", seen=seen)
    try:
        enforce(world, state, live)
    except EndpointRefusedError as error:
        kept = _without(decision.rollout, world.now(), str(error))
        if kept is None:
            raise
        if kept.rollout != decision.rollout:
            announce(world, record(world, state, kept, cause="workflow"), kept)
    finally:
        announce(world, state, decision)
    return Look(decision, seen.verdicts, again_in(decision.rollout, world.now(), world.period))


def _adopted(world: World, state: EndpointState, rollout: Rollout, live: Live) -> tuple[EndpointState, Rollout]:
    """Take up what a deploy has replaced in mid-rollout, should its event be late: nothing goes to what is gone."""
    release = None if rollout.release.owns(live.config) else world.ledger.release(state.endpoint)
    decision = adopt(rollout, release, live) if release else None
    if decision is None:
        return state, rollout
    return record(world, state, decision, cause="deploy", live=live), decision.rollout


def _without(rollout: Rollout, now: float, reason: str) -> Decision | None:
    """Say what follows from a refusal; None where it ends the workflow, which rolls back.

    Weights are asked for until they are served, and counts of instances after that.
    """
    if rollout.serving_since is not None and rollout.stable_count:
        return room.refused(rollout, now, reason)
    return way_back.refused(rollout, now, reason) if rollout.phase is Phase.ROLLING_BACK else None
