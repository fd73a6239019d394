"""In-memory ports, held to the same contract suites as the AWS adapters (tests/adapters)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist

from lambdas.control.world import World
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.letter import Letter
from lambdas.rollout.live import Live
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL
from lambdas.rollout.ports import ConflictError, EndpointBusyError, EndpointRefusedError, Firing, NotToldError, Turn
from lambdas.rollout.recipes import LATENCY, Reading
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Entry, Share


class MemoryLedger:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.states: dict[str, EndpointState] = {}
        self.entries: list[Entry] = []
        self.releases: dict[str, Release] = {}
        self.letters: dict[tuple[str, int], Letter] = {}

    def load(self, endpoint: str) -> EndpointState:
        return self.states.get(endpoint, EndpointState(endpoint))

    def commit(self, state: EndpointState, entry: Entry | None, letter: Letter | None = None) -> None:
        if self.load(state.endpoint).revision != state.revision - 1:
            raise ConflictError(state.endpoint)
        self.states[state.endpoint] = state
        if entry:
            self.entries.append(entry)
        if letter:
            self.letters[letter.endpoint, letter.revision] = letter

    def release(self, endpoint: str) -> Release | None:
        return self.releases.get(endpoint)

    def history(self, endpoint: str, rollout: int) -> tuple[Entry, ...]:
        return tuple(e for e in self.entries if (e.endpoint, e.rollout) == (endpoint, rollout))

    def waiting(self, endpoint: str) -> tuple[Letter, ...]:
        return tuple(letter for letter in self.letters.values() if letter.endpoint == endpoint)

    def sent(self, letter: Letter) -> None:
        self.letters.pop((letter.endpoint, letter.revision), None)


class FakeEndpoints:
    """Endpoints in memory; a weight change is live at once, unless ``busy`` refuses it.

    ``refuses`` are the calls that are refused for another reason, and what SageMaker says; with ``fails`` weights
    are taken and come to nothing.
    """

    def __init__(self) -> None:
        self.lives: dict[str, Live] = {}
        self.busy = self.fails = False
        self.refuses: dict[str, str] = {}
        self.writes: list[int] = []
        self.counts: list[int] = []
        self.configurations: dict[str, Live] = {}

    def live(self, endpoint: str) -> Live | None:
        return self.lives.get(endpoint)

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        del turn
        self.may("weights")
        self.writes.append(weight)
        if self.fails:
            return
        self.lives[live.endpoint] = with_weight(self.lives[live.endpoint], weight)

    def set_count(self, live: Live, variant: str, count: int) -> None:
        self.may("count")
        self.counts.append(count)
        if not self.fails:
            self.lives[live.endpoint] = with_count(self.lives[live.endpoint], variant, count)

    def hand_over(self, live: Live, turn: Turn) -> None:
        pass

    def set_configuration(self, live: Live, config: str) -> None:
        self.may("configuration")
        self.lives[live.endpoint] = self.configurations[config]

    def may(self, call: str) -> None:
        """Refuse what shall be refused."""
        if self.busy:
            raise EndpointBusyError("Cannot update in-progress endpoint")
        if call in self.refuses:
            raise EndpointRefusedError(self.refuses[call])


def with_count(live: Live, variant: str, count: int) -> Live:
    scaled = (replace(v, count=count, desired_count=count) if v.name == variant else v for v in live.variants)
    return replace(live, variants=tuple(scaled))


def with_weight(live: Live, weight: int, challengers: Sequence[Share] = ()) -> Live:
    given = {CANARY: weight, **{share.variant: share.weight for share in challengers}}
    shares = {variant.name: float(given.get(variant.name, 0)) for variant in live.variants}
    shares[STABLE] = float(FULL - sum(given.values()))
    return replace(
        live,
        variants=tuple(replace(v, weight=shares[v.name], desired_weight=shares[v.name]) for v in live.variants),
    )


@dataclass(frozen=True)
class Latencies:
    """Lognormal latencies: ``median`` in microseconds, ``spread`` the standard deviation of their logarithms."""

    median: float = 100_000.0
    spread: float = 0.5

    def share_up_to(self, latency: float) -> float:
        return self._law.cdf(math.log(latency))

    def quantile(self, share: float) -> float:
        return math.exp(self._law.inv_cdf(share))

    @property
    def _law(self) -> NormalDist:
        return NormalDist(math.log(self.median), self.spread)


@dataclass
class FakeMetrics:
    """Metrics as set by the test; ``broken`` makes every read fail, as a throttled CloudWatch would.

    SageMaker's own metrics follow from ``tables`` (requests and errors) and ``latencies`` (by variant; the day
    before had ``past`` of them). Any other query is answered from ``values``: by period start, as sums; a group's
    counter is ``Decisions of race=black``.
    """

    tables: list[Table] = field(default_factory=list)
    latencies: dict[str, Latencies] = field(default_factory=lambda: {CANARY: Latencies(), STABLE: Latencies()})
    values: dict[tuple[str, str], dict[float, float]] = field(default_factory=dict)
    alarms: list[Firing] = field(default_factory=list)
    broken: bool = False
    period: float = 60.0
    past: float = 50_000.0

    def read(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Period, ...]:
        del endpoint
        self._check()
        found = [self._series(query) for query in queries]
        times = sorted({at for series in found for at in series if since - self.period < at <= until - self.period})
        return tuple(Period(at, tuple(series.get(at) for series in found)) for at in times)

    def summary(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Reading, ...]:
        del endpoint
        self._check()
        return tuple(self._whole(query, since, until) for query in queries)

    def _whole(self, query: Query, since: float, until: float) -> Reading:
        if query.quantity.name == LATENCY.name:
            stat, past = query.quantity.stat, self.latencies[query.variant]
            return self.past if stat == "SampleCount" else past.quantile(float(stat.removeprefix("p")) / 100)
        inside = [value for at, value in self._series(query).items() if since <= at < until]
        return sum(inside) if inside else None

    def _series(self, query: Query) -> Mapping[float, float]:
        name, group = query.quantity.name or query.quantity.expression, query.quantity.dimensions.get("Group")
        own = self.values.get((query.variant, f"{name} of {group}" if group else name))
        if own is not None:
            return own
        return {table.at: value for table in self.tables if (value := self._of(query, table)) is not None}

    def _of(self, query: Query, table: Table) -> Reading:
        arm, quantity = table.canary if query.variant == CANARY else table.stable, query.quantity
        match quantity.name, quantity.stat:
            case "Invocations", "Sum":
                return arm.total
            case (("Invocation5XXErrors" | "InvocationModelErrors"), "Sum"):
                return arm.bad
            case LATENCY.name, "SampleCount":
                return arm.total
            case LATENCY.name, stat:
                up_to = self.latencies[query.variant].share_up_to(float(stat.removeprefix("TC(:").removesuffix(")")))
                return round(arm.total * up_to)
        return None

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
        self.refuses = False

    def tell(self, subject: str, text: str) -> None:
        if self.refuses:
            raise NotToldError("Rate exceeded")
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
            outbox=self.ledger,
            endpoints=self.endpoints,
            fleets=self.endpoints,
            metrics=self.metrics,
            workflow=self.workflow,
            notifier=self.notifier,
            now=lambda: self.time,
            period=period,
            settle=settle,
        )
