"""What follows for a decision from what both arms are asked: before the canary gets more, they must be comparable."""

from dataclasses import replace

from lambdas.rollout.decision import Decision, hold, unproven
from lambdas.rollout.judge.inputs import ENOUGH, Evidence
from lambdas.rollout.plan import FULL
from lambdas.rollout.quality.shift import listed, parted
from lambdas.rollout.state import Kind, Phase, Rollout


def widens(rollout: Rollout, decision: Decision) -> bool:
    """Tell whether a decision ends a step in which both arms were asked by the same people, and goes on.

    In a step for a flag's users the canary is asked by them alone, and differs for that.
    """
    both_serve = rollout.phase is Phase.PROGRESSING and rollout.serving_since is not None and not rollout.flag
    if not both_serve or rollout.handing_over or not 0 < rollout.weight < FULL:
        return False
    went_on = decision.kind in (Kind.ADVANCE, Kind.PROMOTE)
    return went_on or decision.rollout.awaits is not None


def weighed(rollout: Rollout, now: float, decision: Decision, found: Evidence) -> Decision:
    """Turn a decision that widens into the one that stands, given what was asked.

    Where the arms are asked different things, no comparison of their answers means anything, and the plan says what
    follows from that; so it does where too few requests are read to tell, once the step's ``max_bake`` is over. Where
    both are asked other things than before, it stands, and says so.
    """
    asked, answered = parted(found.apart)
    if asked:
        reason = (
            f"the canary and stable are asked different things, in {listed(asked)}: their answers cannot be compared"
            " until requests are dealt at random"
        )
        return unproven(_as_it_stands(rollout, decision), now, reason)
    if not found.enough:
        return _too_few(rollout, now, decision, found)
    said = [decision.reason]
    if answered:
        said.append(f"they are asked alike and answer differently, in {listed(answered)}")
    if found.moved:
        said.append(
            f"both are asked other things than the baseline has, in {listed(found.moved)}:"
            " the world moved, the canary is not to blame"
        )
    return decision._replace(reason="; ".join(said))


def _too_few(rollout: Rollout, now: float, decision: Decision, found: Evidence) -> Decision:
    """Wait for captures that are not read yet: they come minutes late, and silence does not pass."""
    served = rollout.served(now)
    max_bake = rollout.plan.steps[rollout.step].max_bake
    reason = (
        f"whether the canary and stable are asked alike cannot be told after {served:.0f} s: of one of them"
        f" {found.read} requests are read, and {ENOUGH} are needed"
    )
    if served < max_bake:
        return hold(_as_it_stands(rollout, decision), f"{reason}; {decision.reason}")
    return unproven(_as_it_stands(rollout, decision), now, f"{reason} (max_bake {max_bake} s); {decision.reason}")


def unseen(rollout: Rollout, decision: Decision, why: str) -> Decision:
    """Hold, where nobody can tell what the arms are asked."""
    reason = f"what the canary and stable are asked cannot be told: {why}; {decision.reason}"
    return hold(_as_it_stands(rollout, decision), reason)


def _as_it_stands(rollout: Rollout, decision: Decision) -> Rollout:
    """Keep what the decision learned of the load."""
    return replace(rollout, load=decision.rollout.load)
