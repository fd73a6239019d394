"""What a rollback does where SageMaker does not do as it is asked: insist, and then go another way.

Weights are the first way back: seconds. The second is UpdateEndpoint with the configuration that Terraform made for
it, the same models with stable at 100 %: minutes, for SageMaker starts new fleets.
"""

from dataclasses import replace

from lambdas.rollout.decision import Decision, hold
from lambdas.rollout.live import Live
from lambdas.rollout.release import BACK
from lambdas.rollout.state import Kind, Refusal, Rollout

PATIENCE = 60.0
"""Seconds for which weights may be refused, or fail, before the way back is another."""


def refused(rollout: Rollout, now: float, reason: str) -> Decision:
    """Keep that SageMaker refuses, since when and why; a second way that is refused makes room for the first."""
    since = now if rollout.refused is None else rollout.refused.since
    kept = replace(rollout, refused=Refusal(since, reason), falling_back=False)
    return hold(kept, f"SageMaker has not taken traffic off the canary: {reason}")


def insist(rollout: Rollout, live: Live, now: float) -> Decision:
    """Decide while the canary still has traffic, though the ledger says that it shall have none.

    Where nothing is under way, SageMaker was asked in vain, or has yet to be asked. A mix of configurations takes no
    weights, and only another configuration ends it.
    """
    if not live.settled and not live.mixed:
        return hold(rollout, f"taking traffic off the canary: {live.words}")
    if rollout.refused is None:  # so it is, too, since the second way was taken
        return refused(rollout, now, live.failure or f"{live.words}, and nothing is under way")
    lasted = now - rollout.refused.since
    if lasted < PATIENCE:
        return hold(rollout, f"asking again to take traffic off the canary: {rollout.refused.reason}")
    so_far = f"SageMaker has not taken traffic off the canary for {lasted:.0f} s ({rollout.refused.reason})"
    if config := rollout.release.config(BACK):
        other_way = replace(rollout, falling_back=True, refused=None)
        return Decision(Kind.ROLL_BACK, f"{so_far}; going back by the endpoint configuration {config}", other_way)
    waiting = replace(rollout, refused=Refusal(now, rollout.refused.reason))
    return Decision(Kind.ROLL_BACK, f"{so_far}, and there is no second way back; it goes on asking", waiting)
