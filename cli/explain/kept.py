"""What it costs that stable can take everything back, or what it saves that it cannot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from infra.spec.rollout import Progressive, StableFleet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.spec.endpoint import Endpoint


def kept(endpoint: Endpoint, per_second: float | None, price: float | None) -> Iterator[str]:
    """Say how many instances stable has beyond its own traffic when the canary has everything (USD an hour)."""
    scaling, rollout = endpoint.autoscaling, endpoint.rollout
    if endpoint.canary is None or scaling is None or not isinstance(rollout, Progressive):
        return
    if not per_second or not scaling.invocations_per_instance:
        return
    needed = min(scaling.maximum, math.ceil(per_second * 60 / scaling.invocations_per_instance))
    spare = needed - scaling.minimum
    if spare <= 0:
        return
    costs = "" if price is None else f" = {spare * price:.2f} USD an hour"
    if rollout.stable_fleet is StableFleet.KEEP:
        yield (
            f"Stable keeps the {needed} instances that take all traffic as long as the canary is in the file, so that"
            f" it can take everything back at once: at 100 % {spare} more than its minimum{costs}."
        )
    else:
        yield (
            f"With `stable_fleet: follow` stable stands at its minimum when the canary has everything,"
            f" {scaling.minimum} of the {needed} instances that take all traffic: a rollback from there overloads it"
            f" until it has scaled out. That saves {spare} instances{costs}."
        )
