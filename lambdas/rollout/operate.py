"""What a person may ask of a rollout, and what follows."""

from dataclasses import replace
from enum import StrEnum

from lambdas.rollout.decide import enter
from lambdas.rollout.decision import Decision
from lambdas.rollout.state import Kind, Phase, Rollout


class Wish(StrEnum):
    """An operator's wish; to abort is a rollback (`lambdas.rollout.decide.roll_back`)."""

    PAUSE = "pause"
    RESUME = "resume"
    PROMOTE = "promote"


class NotPossibleError(Exception):
    """The wish does not fit the rollout's phase; the message says what would."""


def grant(rollout: Rollout, wish: Wish, now: float) -> Decision:
    """Turn a wish into a decision; raises `NotPossibleError`."""
    match wish:
        case Wish.PAUSE:
            return _pause(rollout, now)
        case Wish.RESUME:
            return _resume(rollout, now)
        case Wish.PROMOTE:
            return _promote(rollout, now)


def _pause(rollout: Rollout, now: float) -> Decision:
    if rollout.phase is not Phase.PROGRESSING:
        raise NotPossibleError(f"{rollout.title} is {rollout.phase}; only one that is PROGRESSING can be paused")
    return Decision(Kind.PAUSE, "paused by an operator", replace(rollout, phase=Phase.PAUSED, since=now))


def _resume(rollout: Rollout, now: float) -> Decision:
    """Go on: into the step that awaits approval, or with the current one, which bakes anew."""
    if rollout.phase is not Phase.PAUSED:
        raise NotPossibleError(f"{rollout.title} is {rollout.phase}; only a PAUSED one can be resumed")
    if rollout.awaits is not None:
        return enter(rollout, now, "approved by an operator", approved=True)
    going = replace(rollout, phase=Phase.PROGRESSING, since=now, serving_since=None, tested_since=None)
    return Decision(Kind.RESUME, "resumed by an operator; the step bakes anew", going)


def _promote(rollout: Rollout, now: float) -> Decision:
    """Give the approval that the rollout waits for; evidence cannot be overruled."""
    if rollout.phase is not Phase.PAUSED or rollout.awaits is None:
        raise NotPossibleError(
            f"{rollout.title} is {rollout.phase} and awaits no approval; `resume` continues one that was paused"
        )
    return enter(rollout, now, "approved by an operator", approved=True)
