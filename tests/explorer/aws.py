"""AWS in memory, slow as it is: a change of weights is under way until it is completed, and others are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.rollout.ports import EndpointBusyError, Turn
from tests.explorer.schedule import gist
from tests.fakes import FakeEndpoints, FakeWorld, with_weight

if TYPE_CHECKING:
    from lambdas.rollout.live import Live


class SlowEndpoints(FakeEndpoints):
    """Endpoints whose weights are served only once `complete` is called."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: tuple[str, int] | None = None

    def live(self, endpoint: str) -> Live | None:
        found = self.lives.get(endpoint)
        if found is None or self.asked is None or self.asked[0] != endpoint:
            return found
        wanted = with_weight(found, self.asked[1])
        variants = tuple(
            replace(now, desired_weight=then.weight)
            for now, then in zip(found.variants, wanted.variants, strict=True)
        )
        return replace(found, status="Updating", variants=variants)

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        del turn
        if self.asked is not None:
            raise EndpointBusyError("Cannot update in-progress endpoint")
        self.writes.append(weight)
        self.asked = (live.endpoint, weight)

    def complete(self) -> None:
        if self.asked:
            endpoint, weight = self.asked
            self.asked, self.lives[endpoint] = None, with_weight(self.lives[endpoint], weight)


class Aws(FakeWorld):
    """All of it; ``allowed`` are the weights that the ledger has ever intended."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = SlowEndpoints()
        self.endpoints = self.slow
        self.world = replace(self.world, endpoints=self.slow)

    @property
    def under_way(self) -> bool:
        return self.slow.asked is not None

    def complete(self) -> None:
        self.slow.complete()

    @property
    def signature(self) -> str:
        known = [gist(state) for state in self.ledger.states.values()]
        return repr((known, [gist(live) for live in self.slow.lives.values()], self.slow.asked))
