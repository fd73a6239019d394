"""An endpoint whose weights take a while to be served, as SageMaker's do."""

from dataclasses import replace

from lambdas.rollout.live import Live, Variant
from lambdas.rollout.names import CANARY, STABLE, config_prefix
from lambdas.rollout.plan import FULL
from lambdas.rollout.ports import EndpointBusyError, Turn
from lambdas.rollout.release import Release
from simulation.clock import Clock


class SimulatedEndpoint:
    """Implements `lambdas.rollout.ports.Endpoints` for one endpoint with both variants in service.

    A weight is served ``delay`` seconds after it was asked for; until then the endpoint is Updating and refuses
    other changes, the way back included. ``served`` are the canary's weights with the times from which they were
    served.
    """

    def __init__(self, clock: Clock, release: Release, delay: float) -> None:
        self._clock, self._delay = clock, delay
        self.served: list[tuple[float, int]] = [(clock.now, 0)]
        self.settles_at: float | None = None
        config = config_prefix(release.endpoint, release.pair, release.shape) + "simulated"
        self._live = Live(release.endpoint, "InService", config, pending=False, variants=_variants(0, 0))

    def live(self, endpoint: str) -> Live | None:
        """Tell what serves now."""
        del endpoint
        if self.settles_at is not None and self._clock.now >= self.settles_at:
            weight = self._live.canary_desired
            self.served.append((self.settles_at, weight))
            self._live = replace(self._live, status="InService", variants=_variants(weight, weight))
            self.settles_at = None
        return self._live

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        """Begin to shift traffic; raises `EndpointBusyError` while an earlier shift is under way."""
        del turn
        now = self.live(live.endpoint)
        if now is None or self.settles_at is not None:
            raise EndpointBusyError("Cannot update in-progress endpoint")
        self.settles_at = self._clock.now + self._delay
        self._live = replace(now, status="Updating", variants=_variants(now.canary_weight, weight))

    def hand_over(self, live: Live, turn: Turn) -> None:
        """Do nothing: no router is simulated."""

    def set_configuration(self, live: Live, config: str) -> None:
        """Refuse: nothing that is simulated has more than one configuration."""
        raise ValueError(f"{live.endpoint} has no configuration {config}")

    def canary_seconds(self, start: float, end: float) -> float:
        """Return the seconds between two times, each counted as the canary's share of the traffic then."""
        seconds, until = 0.0, end
        for since, weight in reversed(self.served):
            seconds += max(0.0, until - max(since, start)) * weight / FULL
            until = min(since, end)
            if since <= start:
                break
        return seconds


def _variants(weight: int, desired: int) -> tuple[Variant, ...]:
    return (
        Variant(STABLE, FULL - weight, FULL - desired, 1, 1),
        Variant(CANARY, weight, desired, 1, 1),
    )
