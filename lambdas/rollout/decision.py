"""What is decided on, and the decisions that many rules come to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.plan import Inconclusive
from lambdas.rollout.state import Kind, Phase, Rollout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.judge.verdict import Verdict
    from lambdas.rollout.live import Live
    from lambdas.rollout.ports import Firing
    from lambdas.rollout.trial import Trial


class Rival(NamedTuple):
    """A challenger: what speaks ``against`` it, a sentence or nothing, and whether it ``passes`` every guardrail."""

    name: str
    against: str
    passes: bool


class Seen(NamedTuple):
    """What an advance sees of the world at ``now`` (seconds since the epoch).

    ``starved`` is a sentence where the canary gets less traffic in this step than its weight promises, and
    ``step_requests`` what it answered in this step. ``settle`` is the longest lifetime of a function that may
    still be writing weights. ``trial`` is how the step's experiment or bandit stands. ``rivals`` are the
    challengers in the step's test. ``load`` are all requests a minute, 0 where unknown.
    """

    now: float
    live: Live
    firing: tuple[Firing, ...]
    verdicts: tuple[Verdict, ...]
    starved: str
    step_requests: int
    settle: float
    trial: Trial | None = None
    rivals: tuple[Rival, ...] = ()
    load: float = 0.0


class Decision(NamedTuple):
    """What to do, why, and the rollout's state once it is done."""

    kind: Kind
    reason: str
    rollout: Rollout


def roll_back(rollout: Rollout, now: float, reason: str) -> Decision:
    """Turn round: stable shall serve everything from now on."""
    back = replace(
        rollout,
        phase=Phase.ROLLING_BACK,
        weight=0,
        challengers=(),
        since=now,
        serving_since=None,
        awaits=None,
        handing_over=False,
    )
    return Decision(Kind.ROLL_BACK, reason, back)


def unproven(rollout: Rollout, now: float, reason: str) -> Decision:
    """Do what the plan says where the judge cannot tell: pause, or roll back."""
    if rollout.plan.inconclusive is Inconclusive.ROLL_BACK:
        return roll_back(rollout, now, reason)
    return Decision(Kind.PAUSE, reason, replace(rollout, phase=Phase.PAUSED, since=now))


def supersede(rollout: Rollout, now: float, reason: str) -> Decision:
    """End a rollout whose variants are no longer live; nothing is written to the new ones."""
    ended = replace(rollout, phase=Phase.SUPERSEDED, since=now, serving_since=None, awaits=None)
    return Decision(Kind.SUPERSEDE, reason, ended)


def hold(rollout: Rollout, reason: str) -> Decision:
    """Wait, and say for what."""
    return Decision(Kind.HOLD, reason, rollout)


def concerns(rollout: Rollout, alarm_since: float) -> bool:
    """Tell whether an alarm that went off at ``alarm_since`` can be this rollout's doing."""
    return alarm_since >= rollout.began


def percent(weight: int) -> str:
    """Write basis points for people."""
    return f"{weight / 100:g} %"


def concerning(rollout: Rollout, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Leave out what a shadow alone is judged by, where the step is none."""
    return [verdict for verdict in verdicts if rollout.plan.concerns(rollout.step, verdict.guardrail)]


def all_pass(verdicts: Sequence[Verdict]) -> bool:
    """Tell whether there is a verdict and every one is a PASS: no data never passes."""
    return bool(verdicts) and all(verdict.outcome.value == "PASS" for verdict in verdicts)
