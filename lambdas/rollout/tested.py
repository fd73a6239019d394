"""What follows from an experiment or a bandit, as a rule of `lambdas.rollout.decide`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.rollout.decision import Decision, Seen, hold, percent, roll_back
from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import Then
from lambdas.rollout.state import Kind, Phase, Rollout

if TYPE_CHECKING:
    from lambdas.rollout.bandit.terms import Update
    from lambdas.rollout.experiment.terms import Verdict


def tested(rollout: Rollout, seen: Seen) -> Decision | None:
    """A step that tests both models lasts until its test has ended; a canary that wins goes on as others do."""
    step, trial = rollout.plan.steps[rollout.step], seen.trial
    if step.tests is None:
        return None
    if trial is not None and trial.experiment is not None:
        return _experimented(rollout, seen, trial.experiment)
    if trial is not None and trial.bandit is not None:
        return _rewarded(rollout, seen, trial.bandit)
    return hold(rollout, "waiting for the first exposures")


def _experimented(rollout: Rollout, seen: Seen, found: Verdict) -> Decision | None:
    experiment = rollout.plan.steps[rollout.step].experiment
    match found.outcome.value:
        case "RUNNING":
            return hold(rollout, found.sentence)
        case "WINNER":
            return None
        case "LOSER":
            return roll_back(rollout, seen.now, found.sentence)
        case "NO_DIFFERENCE":
            then = experiment.no_difference if experiment else Then.PAUSE
        case _:
            then = experiment.stopped if experiment else Then.PAUSE
    return _then(rollout, seen, then, found.sentence)


def _rewarded(rollout: Rollout, seen: Seen, update: Update) -> Decision | None:
    """Move the canary's share; stable is the first arm."""
    bandit, (_, share) = rollout.plan.steps[rollout.step].bandit, update.shares
    if update.ended:
        if update.best == CANARY:
            return None
        if update.best:
            return roll_back(rollout, seen.now, update.sentence)
        return _then(rollout, seen, bandit.stopped if bandit else Then.PAUSE, update.sentence)
    return hold(replace(rollout, weight=share), f"{update.sentence}; the canary's share is {percent(share)}")


def _then(rollout: Rollout, seen: Seen, then: Then, reason: str) -> Decision | None:
    """Carry out what the plan says of a test without a winner; None goes on."""
    match then:
        case Then.GO_ON:
            return None
        case Then.ROLL_BACK:
            return roll_back(rollout, seen.now, reason)
        case Then.PAUSE:
            return Decision(Kind.PAUSE, reason, replace(rollout, phase=Phase.PAUSED, since=seen.now))
