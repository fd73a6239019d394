"""AWS in memory, slow as it is: a change is under way until it is completed, and others are refused."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.rollout.judge.bench import Bench
from lambdas.rollout.ports import ConflictError
from tests.examples import healthy
from tests.explorer.schedule import gist
from tests.fakes import FakeEndpoints, FakeWorkflow, FakeWorld, MemoryLedger, with_count, with_weight

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.rollout.letter import Letter
    from lambdas.rollout.live import Live
    from lambdas.rollout.ports import Turn
    from lambdas.rollout.quality.ports import Baselines
    from lambdas.rollout.release import Release
    from lambdas.rollout.state import EndpointState, Entry

STALE_FOR = 5.0
"""Seconds for which DescribeEndpoint may still tell what was before; AWS promises nothing of it."""


class Asked(NamedTuple):
    """What becomes of an endpoint, in words, and what is live meanwhile and then."""

    words: str
    meanwhile: Live
    then: Live


class Written(NamedTuple):
    """Weights that SageMaker took: of which rollout, for which pair of models, and what the canary gets."""

    rollout: int
    pair: str
    weight: int


class OpenLedger(MemoryLedger):
    """A ledger that Terraform writes releases into, and that remembers whose each rollout was."""

    def __init__(self) -> None:
        super().__init__()
        self.releases_of: dict[int, Release] = {}
        self.notes: list[int] = []
        """Revisions without a line of history."""
        self.posted: dict[int, str] = {}
        """Subjects of the letters, by revision."""

    def put(self, release: Release) -> None:
        self.releases[release.endpoint] = release

    def taken(self, state: EndpointState) -> bool:
        """Whether somebody else has committed."""
        return self.load(state.endpoint).revision != state.revision - 1

    def commit(self, state: EndpointState, entry: Entry | None, letter: Letter | None = None) -> None:
        if self.taken(state):
            raise ConflictError(state.endpoint)
        self.keep(state, entry)
        if letter:
            self.letters[letter.endpoint, letter.revision] = letter
            self.posted[letter.revision] = letter.subject

    def keep(self, state: EndpointState, entry: Entry | None) -> None:
        """Write both."""
        self.states[state.endpoint] = state
        if state.rollout:
            self.releases_of.setdefault(state.rollout.number, state.rollout.release)
        if entry:
            self.entries.append(entry)
        else:
            self.notes.append(state.revision)


class SlowEndpoints(FakeEndpoints):
    """Endpoints that serve what they were asked for only once `complete` is called."""

    def __init__(self, clock: Callable[..., None]) -> None:
        super().__init__()
        self.asked: Asked | None = None
        self.written: list[Written] = []
        self.late = False
        """Whether weights came by a deploy, which had planned them before, or somebody was told what was."""
        self.in_service = False
        """Whether there is news of it that no function has heard of yet."""
        self.swaps = 0
        """How many swaps of fleets have begun."""
        self.swapping, self.swapping_since = False, 0.0
        self.wait = clock
        self.time = 0.0
        self.before: tuple[float, Live] | None = None

    def live(self, endpoint: str) -> Live | None:
        under_way = self.asked and self.asked.meanwhile.endpoint == endpoint
        return self.asked.meanwhile if self.asked and under_way else self.lives.get(endpoint)

    def stale(self, endpoint: str) -> Live | None:
        """What was to be seen before the latest change, for a while; None where there is nothing else to see."""
        if self.before is None or self.time - self.before[0] > STALE_FOR:
            return None
        return self.before[1] if self.before[1] != self.live(endpoint) else None

    def told_late(self, endpoint: str) -> Live | None:
        """Tell somebody what was."""
        old = self.stale(endpoint)
        self.late |= old is not None
        return old

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        now = self.lives[live.endpoint]
        self._change("weights", f"weight {weight}", with_weight(now, weight))
        self.writes.append(weight)
        self.written.append(Written(turn.rollout, now.pair, weight))

    def set_configuration(self, live: Live, config: str) -> None:
        del live
        self._change("configuration", config, self.configurations[config], swaps=True)

    def set_count(self, live: Live, variant: str, count: int) -> None:
        self.scale(live.endpoint, variant, count)
        self.counts.append(count)

    def scale(self, endpoint: str, variant: str, count: int) -> None:
        """Change a variant's instances, as anybody may: application autoscaling does."""
        self._change("count", f"{variant} {count}", with_count(self.lives[endpoint], variant, count))

    def deploy(self, live: Live) -> None:
        """Swap to what a deploy brings along, weights and all."""
        self._change("deploy", live.config, live, swaps=True)
        self.late = True

    def _change(self, call: str, words: str, then: Live, *, swaps: bool = False) -> None:
        self.busy = self.asked is not None
        self.may(call)
        now = self.lives[then.endpoint]
        self._seen(now)
        self.swapping, self.swapping_since = swaps, self.time
        self.swaps += swaps
        variants = now.variants
        if not swaps:
            variants = tuple(
                replace(before, desired_weight=after.weight, desired_count=after.count)
                for before, after in zip(now.variants, then.variants, strict=True)
            )
        self.asked = Asked(words, replace(now, status="Updating", pending=swaps, variants=variants), then)

    def complete(self, *, fails: bool = False) -> None:
        """End what is under way: as it was asked, or as it was before."""
        if self.asked is None:
            return
        self._seen(self.asked.meanwhile)
        then, self.asked, self.in_service, self.swapping = self.asked.then, None, True, False
        before = self.lives[then.endpoint]
        self.lives[then.endpoint] = replace(before, failure="SageMaker gave it up") if fails else then

    def _seen(self, live: Live) -> None:
        self.before = self.time, live


class Executions(FakeWorkflow):
    """The workflow's executions: those that were started, and have not ended."""

    def take_up(self) -> None:
        """Let an execution that was started begin."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: set[str] = set()

    @property
    def running(self) -> list[str]:
        return [name for name in self.started if name not in self.ended]


class Aws(FakeWorld):
    """All of it. ``traffic`` tells whether anybody asks the models anything."""

    bench = Bench()
    """A cache, so it may be shared by all schedules."""

    def __init__(self, *, settle: float = 30.0) -> None:
        super().__init__(settle=settle)
        self.traffic = True
        self.ledger: OpenLedger = OpenLedger()
        self.slow = SlowEndpoints(self.wait)
        self.endpoints = self.slow
        self.slow.time = self.time
        self.executions = Executions()
        self.workflow = self.executions
        self.baselines: Baselines | None = None
        self.wire()

    def wire(self) -> None:
        """Give the world the ports as they are now."""
        self.world = replace(
            self.world,
            ledger=self.ledger,
            outbox=self.ledger,
            endpoints=self.slow,
            fleets=self.slow,
            metrics=self.metrics,
            workflow=self.executions,
            notifier=self.notifier,
            baselines=self.baselines,
            now=lambda: self.time,
            bench=self.bench,
        )

    def copy(self) -> Aws:
        """The same once more: what is kept is immutable, so that containers are all there is to copy."""
        made = copy(self)
        for name in ("ledger", "slow", "metrics", "executions", "notifier"):
            setattr(made, name, _twin(getattr(self, name)))
        made.slow.wait = made.wait
        made.wire()
        return made

    @property
    def under_way(self) -> bool:
        return self.slow.asked is not None

    @property
    def stale(self) -> bool:
        """Whether somebody may still be told what was live a moment ago."""
        return any(self.slow.stale(endpoint) for endpoint in self.slow.lives)

    @property
    def served(self) -> int:
        """The canary's weight that is live now."""
        return sum(live.canary_weight for live in self.slow.lives.values())

    def complete(self, *, fails: bool = False) -> None:
        self.slow.complete(fails=fails)

    def wait(self, seconds: float, then: str = "") -> None:
        """Let time pass: what is under way is done, and what people asked in a whole period is counted.

        A swap of fleets takes longer than any function lives.

        ``then`` is all that whoever waits remembers afterwards.
        """
        del then
        if not self.slow.swapping:
            self.complete()
        if self.traffic and seconds >= self.world.period:
            self.metrics.tables.append(healthy(self.time, weight=self.served))
        self.time += seconds
        self.slow.time = self.time
        if self.slow.swapping and self.time - self.slow.swapping_since >= self.world.settle:
            self.complete()

    @property
    def signature(self) -> int:
        """Tell this AWS from another one in which something else would follow, or some check come out otherwise."""
        known = [gist(state) for state in self.ledger.states.values()]
        lives = [(gist(live), live.failure) for live in self.slow.lives.values()]
        done = [(entry.kind, entry.phase, entry.step) for entry in self.ledger.entries]
        asked = self.slow.asked and (self.slow.asked.words, gist(self.slow.asked.then))
        running, pairs = self.executions.running, [each.pair for each in self.ledger.releases.values()]
        slow = (self.slow.written, self.slow.before, self.slow.late, self.slow.in_service, self.slow.swapping_since)
        told = (*self.ledger.letters, *self.notifier.told)
        return hash(str((known, lives, done, asked, running, pairs, slow, told, self.time)))


def _twin(kept: Any) -> Any:
    made = copy(kept)
    for name, value in vars(kept).items():
        if isinstance(value, dict | list | set):
            setattr(made, name, copy(value))
    return made
