"""AWS in memory, slow as it is: a change is under way until it is completed, and others are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.explorer.schedule import gist
from tests.fakes import FakeEndpoints, FakeWorld, with_weight

if TYPE_CHECKING:
    from lambdas.rollout.live import Live
    from lambdas.rollout.ports import Turn


class SlowEndpoints(FakeEndpoints):
    """Endpoints that serve what they were asked for only once `complete` is called."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: tuple[str, int | str] | None = None
        """The endpoint that is changed, and its canary's new weight or its new configuration."""

    def live(self, endpoint: str) -> Live | None:
        found = self.lives.get(endpoint)
        if found is None or self.asked is None or self.asked[0] != endpoint:
            return found
        if isinstance(self.asked[1], str):
            return replace(found, status="Updating", pending=True)
        wanted = with_weight(found, self.asked[1])
        variants = tuple(
            replace(now, desired_weight=then.weight)
            for now, then in zip(found.variants, wanted.variants, strict=True)
        )
        return replace(found, status="Updating", variants=variants)

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        del turn
        self.busy = self.asked is not None
        self.may("weights")
        self.writes.append(weight)
        self.asked = (live.endpoint, weight)

    def set_configuration(self, live: Live, config: str) -> None:
        self.busy = self.asked is not None
        self.may("configuration")
        self.asked = (live.endpoint, config)

    def complete(self, *, fails: bool = False) -> None:
        """End what is under way: as it was asked, or as it was before."""
        if self.asked is None:
            return
        endpoint, wanted = self.asked
        self.asked = None
        if fails:
            self.lives[endpoint] = replace(self.lives[endpoint], failure="SageMaker gave it up")
        elif isinstance(wanted, str):
            self.lives[endpoint] = self.configurations[wanted]
        else:
            self.lives[endpoint] = with_weight(self.lives[endpoint], wanted)


class Aws(FakeWorld):
    """All of it."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = SlowEndpoints()
        self.endpoints = self.slow
        self.world = replace(self.world, endpoints=self.slow)

    @property
    def under_way(self) -> bool:
        return self.slow.asked is not None

    def complete(self, *, fails: bool = False) -> None:
        self.slow.complete(fails=fails)

    @property
    def signature(self) -> str:
        known = [gist(state) for state in self.ledger.states.values()]
        lives = [(gist(live), live.failure) for live in self.slow.lives.values()]
        return repr((known, lives, self.slow.asked))
