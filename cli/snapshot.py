"""An endpoint at one moment: what SageMaker serves beside what the ledger intends."""

from dataclasses import dataclass

from cli.connect import Site
from cli.quantities import percent
from lambdas.rollout.live import Live
from lambdas.rollout.quality.coverage import Coverage, asks, coverage, queries
from lambdas.rollout.release import BACK
from lambdas.rollout.state import EndpointState, Entry, Kind, Phase, Rollout


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known at ``at`` (seconds since the epoch); ``entries`` are the latest rollout's, oldest first.

    ``labels`` tells how many of its predictions got their truth, where a guardrail is judged by them.
    """

    environment: str
    endpoint: str
    at: float
    state: EndpointState
    live: Live | None
    entries: tuple[Entry, ...]
    labels: Coverage | None = None

    @property
    def empty(self) -> bool:
        """Whether neither SageMaker nor the ledger knows of the endpoint."""
        return self.live is None and self.state.revision == 0

    @property
    def difference(self) -> str:
        """A sentence where what is live is not what the ledger intends; else empty."""
        rollout = self.state.rollout
        if self.live is None:
            return "SageMaker has no such endpoint" if rollout and not rollout.phase.ended else ""
        if self.live.failure or self.live.mixed:
            return _failure(self.live, rollout)
        if rollout is None or rollout.phase is Phase.SUPERSEDED:
            return ""
        if self.live.pair != rollout.release.pair:
            return f"{self.live.config} serves, which is not {rollout.title}'s deployment"
        if self.live.canary_weight == rollout.weight:
            return ""
        return f"the ledger intends {percent(rollout.weight)} and {_serves(self.live)}{_expected(self.live, rollout)}"

    @property
    def looked(self) -> Entry | None:
        """The latest entry with verdicts."""
        return next((entry for entry in reversed(self.entries) if entry.verdicts), None)

    @property
    def decisions(self) -> tuple[Entry, ...]:
        """The entries that changed something, oldest first."""
        return tuple(entry for entry in self.entries if entry.kind is not Kind.HOLD)


def _serves(live: Live) -> str:
    return f"SageMaker serves {percent(live.canary_weight)}"


def _failure(live: Live, rollout: Rollout | None) -> str:
    """Say what has failed; of a mix of configurations also what ends it: another UpdateEndpoint, and nothing else."""
    if not live.mixed:
        return f"the endpoint is {live.status}: {live.failure}"
    if rollout and not rollout.phase.ended and rollout.release.config(BACK):
        return f"{live.mixture} {rollout.title} goes back by a configuration of its own, which ends that."
    return f"{live.mixture} Only another deploy ends that: of the version before, or of one that is mended."


def _expected(live: Live, rollout: Rollout) -> str:
    """Say what to make of a difference: a change under way, or one that somebody else made."""
    if live.canary_desired == rollout.weight or not live.settled:
        return f"; a change is under way ({live.status})"
    if rollout.phase.ended or rollout.phase is Phase.PAUSED:
        return "; somebody changed the weights outside Serinus"
    return "; the workflow's next look puts it right"


def take(site: Site, endpoint: str) -> Snapshot:
    """Look at an endpoint: the ledger first, then SageMaker, then the latest rollout's history."""
    state = site.world.ledger.load(endpoint)
    live = site.world.endpoints.live(endpoint)
    entries = site.world.ledger.history(endpoint, state.rollout.number) if state.rollout else ()
    return Snapshot(site.environment, endpoint, site.world.now(), state, live, entries, _labels(site, state.rollout))


def _labels(site: Site, rollout: Rollout | None) -> Coverage | None:
    """Ask CloudWatch, while there is a rollout in progress that is judged by truths."""
    if rollout is None or rollout.phase.ended or not asks(rollout.plan.guardrails):
        return None
    endpoint, now = rollout.release.endpoint, site.world.now()
    arms = rollout.release.arms
    return coverage(arms, site.world.metrics.summary(endpoint, queries(arms), rollout.began, now))
