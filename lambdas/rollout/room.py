"""Whether stable's fleet can take all traffic back, and what is done where it cannot.

An autoscaled fleet follows its own traffic, and stable's must be ready for everybody's. Before a step takes more from
it, its instances are compared with the load; where they are too few, they are raised first, so that a way back need
not wait for them. Where the load grew since, they are raised once the traffic is back.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.rollout.decision import Decision, hold
from lambdas.rollout.names import STABLE
from lambdas.rollout.plan import FULL
from lambdas.rollout.state import Kind, Phase, Rollout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.decision import Seen
    from lambdas.rollout.judge.tables import Table
    from lambdas.rollout.live import Live

LOOKS_BACK = 900.0
"""Seconds of the past whose busiest metric period is the load to be ready for."""


def load(requests: Sequence[Table], rollout: Rollout, period: float, now: float) -> float:
    """Return all requests a minute in the busiest of the latest periods; 0 where nothing is known.

    ``requests`` are those of stable and the canary; challengers have their share besides.
    """
    if rollout.release.capacity is None:
        return 0.0
    busiest = max([each.total for each in requests if each.at > now - LOOKS_BACK], default=0)
    rest = FULL - sum([share.weight for share in rollout.challengers])
    return busiest * 60 / period * FULL / rest


def wanted(rollout: Rollout) -> int:
    """Tell how many instances, each at its target, take the load, as far as the fleet may grow; 0 where unknown."""
    capacity = rollout.release.capacity
    return min(capacity.most, math.ceil(rollout.load / capacity.per_instance)) if capacity else 0


def make_room(rollout: Rollout, seen: Seen) -> Decision | None:
    """Raise stable before more traffic is taken from it; where that came to nothing, pause."""
    stable, need = seen.live.variant(STABLE), wanted(rollout)
    if stable is None or stable.count >= need:
        return None
    short = f"stable has {stable.count} of the {need} instances that take {rollout.load:.0f} requests a minute back"
    if rollout.stable_count < need:
        return hold(replace(rollout, stable_count=need), f"{short}; it gets them before the canary gets more")
    return _pause(
        rollout, seen.now, f"{short}, and SageMaker gives it no more: {seen.live.failure or 'no reason given'}"
    )


def raise_after(rollout: Rollout, seen: Seen) -> Decision | None:
    """Raise stable once it has everything back, where the load has grown beyond it; try it once."""
    stable, need = seen.live.variant(STABLE), wanted(rollout)
    if stable is None or stable.count >= need or rollout.stable_count >= need:
        return None
    kept = replace(rollout, stable_count=need)
    return hold(kept, f"stable has everything back on {stable.count} instances; it gets {need}")


def refused(rollout: Rollout, now: float, reason: str) -> Decision:
    """Go on without the instances that SageMaker refuses: back as it is, forward only when a person says so."""
    if rollout.phase is Phase.PROGRESSING:
        return _pause(rollout, now, f"stable cannot be raised to {rollout.stable_count} instances: {reason}")
    return hold(replace(rollout, load=0.0, stable_count=0), f"stable stays as it is: {reason}")


def count_to_ask_for(rollout: Rollout, live: Live) -> int:
    """Tell how many instances stable is to be raised to now; 0 where it stays as it is."""
    stable = live.variant(STABLE)
    moving = rollout.phase is Phase.PROGRESSING or (rollout.phase is Phase.ROLLING_BACK and not live.shares)
    return rollout.stable_count if moving and stable and stable.desired_count < rollout.stable_count else 0


def _pause(rollout: Rollout, now: float, reason: str) -> Decision:
    return Decision(Kind.PAUSE, reason, replace(rollout, phase=Phase.PAUSED, since=now, stable_count=0))
