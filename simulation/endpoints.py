"""An endpoint whose weights and stages take a while to be served, as SageMaker's do."""

import math
from dataclasses import replace

from lambdas.rollout.live import Live, Variant
from lambdas.rollout.names import CANARY, STABLE, config_prefix
from lambdas.rollout.plan import FULL
from lambdas.rollout.ports import EndpointBusyError, Turn
from lambdas.rollout.release import SHADOW, Release
from simulation.clock import Clock


class SimulatedEndpoint:
    """Implements `lambdas.rollout.ports.Endpoints` for one endpoint, in the first stage of its release.

    A change is served ``delay`` seconds after it was asked for; until then the endpoint is Updating and refuses
    other changes, the way back included. ``served`` are the canary's weights with the times from which they were
    served; ``sample`` is the part of the requests that a shadow gets copies of, 0 where there is none.
    """

    def __init__(self, clock: Clock, release: Release, delay: float) -> None:
        self._clock, self._delay = clock, delay
        self.served: list[tuple[float, int]] = [(clock.now, 0)]
        self.settles_at: float | None = None
        shadow = next((step.shadow for step in release.plan.steps if step.shadow), None) if release.plan else None
        self.sample, self._copied_until = (shadow.sample / FULL, math.inf) if shadow else (0.0, 0.0)
        first = release.config(SHADOW) or config_prefix(release.endpoint, release.pair, release.shape) + "simulated"
        variants = _ALONE if shadow else _variants(0, 0)
        self._live = self._next = Live(release.endpoint, "InService", first, pending=False, variants=variants)

    def live(self, endpoint: str) -> Live | None:
        """Tell what serves now."""
        del endpoint
        if self.settles_at is not None and self._clock.now >= self.settles_at:
            if self._next.config != self._live.config:
                self._copied_until = self.settles_at
            else:
                self.served.append((self.settles_at, self._next.canary_weight))
            self._live, self.settles_at = self._next, None
        return self._live

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        """Begin to shift traffic; raises `EndpointBusyError` while an earlier shift is under way."""
        del turn
        now = self._idle(live.endpoint)
        moving = replace(now, status="Updating", variants=_variants(now.canary_weight, weight))
        self._change(moving, replace(now, variants=_variants(weight, weight)))

    def hand_over(self, live: Live, turn: Turn) -> None:
        """Do nothing: no router is simulated."""

    def set_configuration(self, live: Live, config: str) -> None:
        """Begin to swap the fleets of a shadow for those of the pair; raises `EndpointBusyError` as for weights."""
        now = self._idle(live.endpoint)
        self._change(replace(now, status="Updating"), replace(now, config=config, variants=_variants(0, 0)))

    def _idle(self, endpoint: str) -> Live:
        now = self.live(endpoint)
        if now is None or self.settles_at is not None:
            raise EndpointBusyError("Cannot update in-progress endpoint")
        return now

    def _change(self, meanwhile: Live, after: Live) -> None:
        self._live, self._next, self.settles_at = meanwhile, after, self._clock.now + self._delay

    def copied_seconds(self, start: float, end: float) -> float:
        """Return the seconds between two times, each counted as the part of the requests that was copied then."""
        return self.sample * max(0.0, min(end, self._copied_until) - start)

    def canary_seconds(self, start: float, end: float) -> float:
        """Return the seconds between two times, each counted as the canary's share of the traffic then."""
        seconds, until = 0.0, end
        for since, weight in reversed(self.served):
            seconds += max(0.0, until - max(since, start)) * weight / FULL
            until = min(since, end)
            if since <= start:
                break
        return seconds


_ALONE = (Variant(STABLE, FULL, FULL, 1, 1),)
"""Production's variants beside a shadow."""


def _variants(weight: int, desired: int) -> tuple[Variant, ...]:
    return (
        Variant(STABLE, FULL - weight, FULL - desired, 1, 1),
        Variant(CANARY, weight, desired, 1, 1),
    )
