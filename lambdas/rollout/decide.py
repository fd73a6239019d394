"""What follows from a rollout's state and what is seen: one decision, with its reason.

The rules stand in the order of their urgency: the way back comes before the way forward, and silence never
passes. Each rule is a function that answers a `Decision` or None.
"""

from dataclasses import replace

from lambdas.rollout.challengers import beside, unfit
from lambdas.rollout.decision import (
    Decision,
    Seen,
    all_pass,
    concerning,
    concerns,
    hold,
    percent,
    roll_back,
    supersede,
    unproven,
)
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.leap import following
from lambdas.rollout.plan import FULL, Routing, Step
from lambdas.rollout.room import make_room, raise_after
from lambdas.rollout.state import Kind, Phase, Rollout
from lambdas.rollout.tested import tested
from lambdas.rollout.way_back import insist


def decide(rollout: Rollout, seen: Seen) -> Decision:
    """Decide on a rollout in progress."""
    if seen.load and seen.load != rollout.load:
        rollout = replace(rollout, load=seen.load)
    for rule in _RULES:
        if decision := rule(rollout, seen):
            return decision
    raise AssertionError("the last rule always decides")


def _superseded(rollout: Rollout, seen: Seen) -> Decision | None:
    """Another pair serves: a deploy replaced this rollout."""
    if seen.live.settled and seen.live.pair != rollout.release.pair:
        return supersede(rollout, seen.now, f"another deployment is live now ({seen.live.config})")
    return None


def _finish_rollback(rollout: Rollout, seen: Seen) -> Decision | None:
    """Settle a rollback once weight 0 has outlived every writer that was in flight."""
    if rollout.phase is not Phase.ROLLING_BACK:
        return None
    if not seen.live.settled or seen.live.shares:
        return insist(rollout, seen.live, seen.now)
    first_seen = rollout.serving_since if rollout.serving_since is not None else seen.now
    rollout = replace(rollout, serving_since=first_seen)
    if decision := raise_after(rollout, seen):
        return decision
    if seen.now - first_seen < seen.settle:
        return hold(rollout, "weight 0 is live; waiting for writers in flight")
    ended = replace(rollout, phase=Phase.ROLLED_BACK, since=seen.now)
    return Decision(Kind.ROLL_BACK, "stable serves everything, and nothing else can write any more", ended)


def _alarm(rollout: Rollout, seen: Seen) -> Decision | None:
    """An alarm that went off since the rollout began takes it back."""
    fired = [alarm for alarm in seen.firing if concerns(rollout, alarm.since)]
    if rollout.phase is Phase.PENDING or not fired:
        return None
    return roll_back(rollout, seen.now, "; ".join(alarm.reason for alarm in fired))


def _mixed(rollout: Rollout, seen: Seen) -> Decision | None:
    """What serves is neither what was nor what shall be."""
    if rollout.phase is Phase.PENDING or not seen.live.mixed:
        return None
    return roll_back(rollout, seen.now, seen.live.mixture)


def _failed(rollout: Rollout, seen: Seen) -> Decision | None:
    failed = [verdict.sentence for verdict in seen.verdicts if verdict.outcome is Outcome.FAIL]
    return roll_back(rollout, seen.now, "; ".join(failed)) if failed else None


def _paused(rollout: Rollout, _: Seen) -> Decision | None:
    return hold(rollout, "paused") if rollout.phase is Phase.PAUSED else None


def _start(rollout: Rollout, seen: Seen) -> Decision | None:
    """Begin the first step once the pair is in service and no alarm is left over from before."""
    if rollout.phase is not Phase.PENDING:
        return None
    if not seen.live.settled:
        return hold(rollout, f"waiting for the endpoint: {seen.live.words}")
    if seen.firing:
        return hold(rollout, f"waiting for alarms to clear: {', '.join(alarm.name for alarm in seen.firing)}")
    return enter(rollout, seen.now, "the canary is in service at weight 0 and no alarm fires")


def enter(rollout: Rollout, now: float, reason: str, *, approved: bool = False, index: int | None = None) -> Decision:
    """Go to the step ``index`` (the next one where left out), or pause before it until a person approves it."""
    entered_step = rollout.step + 1 if index is None else index
    step = rollout.plan.steps[entered_step]
    if step.approval and not approved:
        waiting = replace(rollout, phase=Phase.PAUSED, since=now, awaits=entered_step)
        return Decision(Kind.PAUSE, f"{reason}; {_words(step)} awaits approval", waiting)
    entered = replace(
        rollout,
        phase=Phase.PROGRESSING,
        step=entered_step,
        weight=step.weight,
        challengers=beside(step, rollout.dropped),
        since=now,
        serving_since=None,
        tested_since=None,
        awaits=None,
    )
    return Decision(Kind.ADVANCE, f"{reason}; on to {_words(step)}", entered)


def _await_stage(rollout: Rollout, seen: Seen) -> Decision | None:
    """A step needs its configuration; SageMaker may take the change to it back, and says why."""
    if not rollout.config or rollout.config == seen.live.config:
        return None
    if seen.live.settled and seen.live.failure:
        return roll_back(rollout, seen.now, f"SageMaker took {rollout.config} back: {seen.live.failure}")
    return hold(rollout, f"waiting for {rollout.config}: {seen.live.words}")


def _await_weight(rollout: Rollout, seen: Seen) -> Decision | None:
    """The step's clock starts when SageMaker serves its weight."""
    where = seen.live.shares, seen.live.flag
    if not (seen.live.settled and where == (rollout.shares, rollout.flag)):
        return hold(rollout, f"waiting for weight {percent(rollout.weight)}: {seen.live.words}")
    if rollout.serving_since is None:
        live = _words(rollout.plan.steps[rollout.step])
        tested = seen.now if rollout.tested_since is None else rollout.tested_since
        return hold(replace(rollout, serving_since=seen.now, tested_since=tested), f"{live} is live; baking")
    return None


def _bake(rollout: Rollout, seen: Seen) -> Decision | None:
    least, served = rollout.plan.least(rollout.step), rollout.served(seen.now)
    if served < least:
        return hold(rollout, f"baking for {served:.0f} of {least} s; {_summary(rollout, seen)}")
    return None


def _pass(rollout: Rollout, seen: Seen) -> Decision | None:
    """All guardrails pass, on a canary that demonstrably served in this step, while its alarms watch it."""
    verdicts = concerning(rollout, seen.verdicts)
    if not all_pass(verdicts) or seen.starved or not seen.step_requests or _silent(rollout, seen) or seen.firing:
        return None
    if rollout.step + 1 < len(rollout.plan.steps):
        if decision := make_room(rollout, seen):
            return decision
        index = following(rollout.plan, rollout.step, verdicts)
        return enter(rollout, seen.now, _summary(rollout, seen) + _left_out(rollout, index), index=index)
    if rollout.plan.routing is Routing.STICKY:
        handing_over = replace(rollout, handing_over=True, since=seen.now)
        reason = f"every step has passed; SageMaker's weights take over from the router; {_summary(rollout, seen)}"
        return Decision(Kind.ADVANCE, reason, handing_over)
    return _promote(rollout, seen.now, f"every step has passed; {_summary(rollout, seen)}")


def _promote(rollout: Rollout, now: float, reason: str) -> Decision:
    return Decision(Kind.PROMOTE, reason, replace(rollout, phase=Phase.PROMOTED, weight=FULL, since=now))


def _hand_over(rollout: Rollout, seen: Seen) -> Decision | None:
    """End a sticky rollout once SageMaker serves the canary by its own weights."""
    if not rollout.handing_over:
        return None
    if seen.live.settled and not seen.live.routed and seen.live.canary_weight == FULL:
        return _promote(rollout, seen.now, "the canary serves everything, by SageMaker's own weights")
    return hold(rollout, f"waiting for SageMaker's weights: {seen.live.words}")


def _left_out(rollout: Rollout, index: int) -> str:
    needless = rollout.plan.steps[rollout.step + 1 : index]
    return f"; so {' and '.join(map(_words, needless))} can be left out" if needless else ""


def _inconclusive(rollout: Rollout, seen: Seen) -> Decision:
    step, served = rollout.plan.steps[rollout.step], rollout.served(seen.now)
    if served < step.max_bake:
        return hold(rollout, f"not proven after {served:.0f} s; {_summary(rollout, seen)}")
    reason = f"still not proven after {served:.0f} s (max_bake {step.max_bake} s); {_summary(rollout, seen)}"
    return unproven(rollout, seen.now, reason)


def _silent(rollout: Rollout, seen: Seen) -> list[str]:
    """Say which guardrails have no data from this step: what passed before says nothing about this weight."""
    since = rollout.serving_since or 0.0
    return [
        f"no data in this step for {each.guardrail}" + (f" ({each.sentence})" if each.counted_until < 0 else "")
        for each in concerning(rollout, seen.verdicts)
        if each.counted_until < since
    ]


def _summary(rollout: Rollout, seen: Seen) -> str:
    trial = seen.trial and (seen.trial.experiment or seen.trial.bandit)
    return f"{trial.sentence}; {_evidence(rollout, seen)}" if trial else _evidence(rollout, seen)


def _evidence(rollout: Rollout, seen: Seen) -> str:
    if seen.firing:
        return "; ".join(alarm.reason for alarm in seen.firing)
    if seen.starved:
        return seen.starved
    if not seen.step_requests:
        return "no request has been counted on the canary in this step"
    if silent := _silent(rollout, seen):
        return "; ".join(silent)
    return "; ".join(verdict.sentence for verdict in concerning(rollout, seen.verdicts)) or "no guardrail judges"


def _words(step: Step) -> str:
    """Name a step by what the canary gets."""
    if step.shadow:
        return f"a shadow of {percent(step.shadow.sample)}"
    test = "an A/B test at " if step.experiment else "a bandit from " if step.bandit else ""
    return f"{test}{percent(step.weight)}" + (f" of {step.flag}" if step.flag else "")


_RULES = (
    _superseded,
    _finish_rollback,
    _alarm,
    _mixed,
    _failed,
    unfit,
    _paused,
    _start,
    _hand_over,
    _await_stage,
    _await_weight,
    _bake,
    tested,
    _pass,
    _inconclusive,
)
