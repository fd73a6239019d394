"""The ports that a simulation needs no more of than their memory: ledger, workflow, notifier and outbox."""

from lambdas.rollout.letter import Letter
from lambdas.rollout.live import Live
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Entry, Kind


class BriefLedger:
    """Implements `lambdas.rollout.ports.Ledger` for one endpoint; of its history it keeps what changed something."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self.state = EndpointState(release.endpoint)
        self.decisions: list[Entry] = []

    def load(self, endpoint: str) -> EndpointState:
        """Return the state."""
        del endpoint
        return self.state

    def commit(self, state: EndpointState, entry: Entry | None, letter: Letter | None = None) -> None:
        """Take the next state; raises `ConflictError` where it is not the next."""
        del letter
        if state.revision != self.state.revision + 1:
            raise ConflictError(state.endpoint)
        self.state = state
        if entry and entry.kind is not Kind.HOLD:
            self.decisions.append(entry)

    def release(self, endpoint: str) -> Release | None:
        """Return what was asked for."""
        del endpoint
        return self._release

    def history(self, endpoint: str, rollout: int) -> tuple[Entry, ...]:
        """Return the decisions, oldest first."""
        return tuple(entry for entry in self.decisions if (entry.endpoint, entry.rollout) == (endpoint, rollout))


class Quiet:
    """Implements `Workflow`, `Notifier`, `Outbox` and `Fleets`: it looks again by itself, and nobody is told."""

    def start(self, endpoint: str, name: str) -> None:
        """Do nothing: the next look is at once."""

    def tell(self, subject: str, text: str) -> None:
        """Do nothing: there is nobody."""

    def waiting(self, endpoint: str) -> tuple[Letter, ...]:
        """Return none."""
        del endpoint
        return ()

    def sent(self, letter: Letter) -> None:
        """Do nothing: none is kept."""

    def set_count(self, live: Live, variant: str, count: int) -> None:
        """Do nothing: no instances are simulated, and so none are asked for."""
