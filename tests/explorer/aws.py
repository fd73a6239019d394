"""AWS in memory, slow as it is: a change is under way until it is completed, and others are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tests.explorer.schedule import gist
from tests.fakes import FakeEndpoints, FakeWorld, with_count, with_weight

if TYPE_CHECKING:
    from lambdas.rollout.live import Live
    from lambdas.rollout.ports import Turn


class Asked(NamedTuple):
    """What becomes of an endpoint, in words, and what is live meanwhile and then."""

    words: str
    meanwhile: Live
    then: Live


class SlowEndpoints(FakeEndpoints):
    """Endpoints that serve what they were asked for only once `complete` is called."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Asked | None = None

    def live(self, endpoint: str) -> Live | None:
        under_way = self.asked and self.asked.meanwhile.endpoint == endpoint
        return self.asked.meanwhile if self.asked and under_way else self.lives.get(endpoint)

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        del turn
        self._change("weights", f"weight {weight}", with_weight(self.lives[live.endpoint], weight))
        self.writes.append(weight)

    def set_configuration(self, live: Live, config: str) -> None:
        before = self.lives[live.endpoint]
        self._change("configuration", config, self.configurations[config])
        self.asked = Asked(config, replace(before, status="Updating", pending=True), self.configurations[config])

    def set_count(self, live: Live, variant: str, count: int) -> None:
        self._change("count", f"{variant} {count}", with_count(self.lives[live.endpoint], variant, count))
        self.counts.append(count)

    def _change(self, call: str, words: str, then: Live) -> None:
        self.busy = self.asked is not None
        self.may(call)
        now = self.lives[then.endpoint]
        variants = tuple(
            replace(before, desired_weight=after.weight, desired_count=after.count)
            for before, after in zip(now.variants, then.variants, strict=True)
        )
        self.asked = Asked(words, replace(now, status="Updating", variants=variants), then)

    def complete(self, *, fails: bool = False) -> None:
        """End what is under way: as it was asked, or as it was before."""
        if self.asked is None:
            return
        then, self.asked = self.asked.then, None
        before = self.lives[then.endpoint]
        self.lives[then.endpoint] = replace(before, failure="SageMaker gave it up") if fails else then


class Aws(FakeWorld):
    """All of it."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = SlowEndpoints()
        self.endpoints = self.slow
        self.world = replace(self.world, endpoints=self.slow, fleets=self.slow)

    @property
    def under_way(self) -> bool:
        return self.slow.asked is not None

    def complete(self, *, fails: bool = False) -> None:
        self.slow.complete(fails=fails)

    @property
    def signature(self) -> str:
        known = [gist(state) for state in self.ledger.states.values()]
        lives = [(gist(live), live.failure) for live in self.slow.lives.values()]
        return repr((known, lives, self.slow.asked and self.slow.asked.words))
