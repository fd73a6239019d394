"""What follows from an experiment or a bandit, as a rule of `lambdas.rollout.decide`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.rollout.challengers import drop
from lambdas.rollout.decision import Decision, Seen, all_pass, concerning, hold, percent, roll_back
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import Then
from lambdas.rollout.state import Kind, Phase, Rollout, Share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.rollout.bandit.terms import Update
    from lambdas.rollout.experiment.terms import Verdict
    from lambdas.rollout.plan import Bandit, Experiment


def tested(rollout: Rollout, seen: Seen) -> Decision | None:
    """A step that tests models lasts until its test has ended; a canary that wins goes on as others do."""
    step, trial = rollout.plan.steps[rollout.step], seen.trial
    if step.experiment and trial and trial.experiment:
        return _experimented(step.experiment, rollout, seen, trial.experiment)
    if step.bandit and trial and trial.bandit:
        return _rewarded(step.bandit, rollout, seen, trial.bandit)
    return hold(rollout, "waiting for the first exposures") if step.tests else None


def _experimented(asked: Experiment, rollout: Rollout, seen: Seen, found: Verdict) -> Decision | None:
    """Obey the verdict; a canary that has lost is taken back, whatever the challengers may still show."""
    if found.outcome.value == "LOSER" or CANARY in found.losers:
        return roll_back(rollout, seen.now, found.sentence)
    match found.outcome.value:
        case "RUNNING":
            worse = [share.variant for share in rollout.challengers if share.variant in found.losers]
            return drop(rollout, worse, found.sentence) if worse else hold(rollout, found.sentence)
        case "WINNER":
            return None if found.winner == CANARY else _then(rollout, seen, asked.outdone, found.sentence)
        case "NO_DIFFERENCE":
            return _then(rollout, seen, asked.no_difference, found.sentence)
        case _:
            return _then(rollout, seen, asked.stopped, found.sentence)


def _rewarded(asked: Bandit, rollout: Rollout, seen: Seen, update: Update) -> Decision | None:
    """Move the shares until it has ended."""
    if update.ended:
        if update.best == CANARY:
            return None
        if update.best == STABLE:
            return roll_back(rollout, seen.now, update.sentence)
        return _then(rollout, seen, asked.outdone if update.best else asked.stopped, update.sentence)
    shares = _allowed(asked, rollout, seen, dict(zip(update.arms, update.shares, strict=True)))
    moved = replace(
        rollout,
        weight=shares.get(CANARY, 0),
        challengers=tuple(Share(share.variant, shares.get(share.variant, 0)) for share in rollout.challengers),
    )
    told = " and ".join(f"{name}'s share is {percent(share)}" for name, share in moved.shares.items())
    return hold(moved, f"{update.sentence}; {told}")


def _allowed(asked: Bandit, rollout: Rollout, seen: Seen, given: Mapping[str, int]) -> dict[str, int]:
    """Let no share grow beyond what its arm began with unless the arm passes every guardrail; stable has the rest."""
    passing = {each.name for each in seen.rivals if each.passes}
    if all_pass(concerning(rollout, seen.verdicts)):
        passing.add(CANARY)
    most = {name: max(share, asked.challengers.get(name, asked.start)) for name, share in rollout.shares.items()}
    return {name: given[name] if name in passing else min(given[name], top) for name, top in most.items()}


def _then(rollout: Rollout, seen: Seen, then: Then, reason: str) -> Decision | None:
    """Carry out what the plan says of a test that the canary has not won; None goes on."""
    match then:
        case Then.GO_ON:
            return None
        case Then.ROLL_BACK:
            return roll_back(rollout, seen.now, reason)
        case Then.PAUSE:
            return Decision(Kind.PAUSE, reason, replace(rollout, phase=Phase.PAUSED, since=seen.now))
