"""In-memory ports, held to the same contract suites as the AWS adapters (tests/adapters)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lambdas.control.world import World
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.live import Live
from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import FULL
from lambdas.rollout.ports import ConflictError, EndpointBusyError, Firing
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Entry


class MemoryLedger:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.states: dict[str, EndpointState] = {}
        self.entries: list[Entry] = []
        self.releases: dict[str, Release] = {}

    def load(self, endpoint: str) -> EndpointState:
        return self.states.get(endpoint, EndpointState(endpoint))

    def commit(self, state: EndpointState, entry: Entry | None) -> None:
        if self.load(state.endpoint).revision != state.revision - 1:
            raise ConflictError(state.endpoint)
        self.states[state.endpoint] = state
        if entry:
            self.entries.append(entry)

    def release(self, endpoint: str) -> Release | None:
        return self.releases.get(endpoint)

    def history(self, endpoint: str, rollout: int) -> tuple[Entry, ...]:
        return tuple(e for e in self.entries if (e.endpoint, e.rollout) == (endpoint, rollout))


class FakeEndpoints:
    """Endpoints in memory; a weight change is live at once, unless ``busy`` refuses it."""

    def __init__(self) -> None:
        self.lives: dict[str, Live] = {}
        self.busy = False
        self.writes: list[int] = []

    def live(self, endpoint: str) -> Live | None:
        return self.lives.get(endpoint)

    def set_canary_weight(self, live: Live, weight: int) -> None:
        if self.busy:
            raise EndpointBusyError("Cannot update in-progress endpoint")
        self.writes.append(weight)
        self.lives[live.endpoint] = with_weight(self.lives[live.endpoint], weight)


def with_weight(live: Live, weight: int) -> Live:
    shares = {variant.name: float(weight if variant.name == CANARY else FULL - weight) for variant in live.variants}
    return replace(
        live,
        variants=tuple(replace(v, weight=shares[v.name], desired_weight=shares[v.name]) for v in live.variants),
    )


@dataclass
class FakeMetrics:
    """Metrics as set by the test; ``broken`` makes every read fail, as a throttled CloudWatch would."""

    tables: list[Table] = field(default_factory=list)
    alarms: list[Firing] = field(default_factory=list)
    broken: bool = False

    def error_tables(self, endpoint: str, since: float, until: float) -> tuple[Table, ...]:
        del endpoint
        self._check()
        return tuple(table for table in self.tables if since <= table.at < until)

    def firing(self, alarms: Sequence[str]) -> tuple[Firing, ...]:
        self._check()
        return tuple(alarm for alarm in self.alarms if alarm.name in alarms)

    def _check(self) -> None:
        if self.broken:
            raise RuntimeError("CloudWatch does not answer")


class FakeWorkflow:
    """Remembers which executions were started."""

    def __init__(self) -> None:
        self.started: dict[str, str] = {}

    def start(self, endpoint: str, name: str) -> None:
        self.started.setdefault(name, endpoint)


class FakeNotifier:
    """Remembers what people were told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def tell(self, subject: str, text: str) -> None:
        self.told.append((subject, text))


class FakeWorld:
    """Every fake behind one `World`, with a clock that the test moves."""

    def __init__(self, *, period: float = 60.0, settle: float = 30.0) -> None:
        self.time = 1_000_000.0
        self.ledger = MemoryLedger()
        self.endpoints = FakeEndpoints()
        self.metrics = FakeMetrics()
        self.workflow = FakeWorkflow()
        self.notifier = FakeNotifier()
        self.world = World(
            ledger=self.ledger,
            endpoints=self.endpoints,
            metrics=self.metrics,
            workflow=self.workflow,
            notifier=self.notifier,
            now=lambda: self.time,
            period=period,
            settle=settle,
        )
