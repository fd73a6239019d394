"""Challengers: further versions that a test serves beside the canary. They may be dropped, and are never promoted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.rollout.decision import Decision, Seen
from lambdas.rollout.state import Kind, Phase, Rollout, Share

if TYPE_CHECKING:
    from collections.abc import Collection

    from lambdas.rollout.plan import Step


def beside(step: Step, dropped: Collection[str]) -> tuple[Share, ...]:
    """Tell the shares of the challengers that a step tests, without those that were dropped."""
    tested = step.tests.challengers if step.tests else {}
    return tuple(Share(name, weight) for name, weight in tested.items() if name not in dropped)


def drop(rollout: Rollout, names: Collection[str], reason: str) -> Decision:
    """Take challengers out for good; stable gets their shares, and the test goes on without them."""
    kept = tuple(share for share in rollout.challengers if share.variant not in names)
    gone = tuple(share.variant for share in rollout.challengers if share.variant in names)
    after = replace(rollout, challengers=kept, dropped=(*rollout.dropped, *gone), serving_since=None)
    return Decision(Kind.DROP, f"{' and '.join(gone)} taken out of the test: {reason}", after)


def unfit(rollout: Rollout, seen: Seen) -> Decision | None:
    """Drop the challengers that a guardrail or an alarm speaks against; the canary answers for itself alone."""
    served = {share.variant for share in rollout.challengers}
    found = {each.name: each.against for each in seen.rivals if each.against and each.name in served}
    if not found or rollout.phase not in (Phase.PROGRESSING, Phase.PAUSED):
        return None
    return drop(rollout, tuple(found), "; ".join(found.values()))
