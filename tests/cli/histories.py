"""Realistic rollouts: the real core and shell, driven against in-memory ports by seeded traffic."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.control.take_back import take_back
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.operate import Wish
from lambdas.rollout.plan import FULL, Plan, Step
from lambdas.rollout.state import Phase
from tests.examples import PLAN, RELEASE, live
from tests.fakes import FakeWorld

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.rollout.release import Release
    from lambdas.rollout.state import Rollout

ENDPOINT = "mortgage"
EPOCH = 1_795_254_000.0
"""2026-11-21T09:40:00Z."""
BAKE = 600
STEPS = tuple(Step(weight, BAKE, 3 * BAKE) for weight in (500, 2_000, 5_000))
LONG = Plan((*STEPS, Step(FULL, BAKE, 3 * BAKE, approval=True)), PLAN.guardrails)
PAIR = replace(RELEASE, stable="2026.10", canary="2026.11", plan=LONG)

Rates = "Callable[[float], tuple[float, float]]"


class Traffic:
    """A world whose endpoint answers `per_minute` requests, with error rates (canary, stable) by elapsed seconds."""

    def __init__(
        self, rates: Callable[[float], tuple[float, float]], *, per_minute: int = 3_000, seed: int = 7
    ) -> None:
        self.fakes = FakeWorld()
        self.fakes.time = self.closed = EPOCH
        self.rates, self.per_minute, self.chance = rates, per_minute, random.Random(seed)
        self.pending: list[Table] = []

    def deploy(self, release: Release = PAIR) -> None:
        self.fakes.ledger.releases[release.endpoint] = release
        self.fakes.endpoints.lives[release.endpoint] = live(release)
        begin_rollout(self.fakes.world, release.endpoint)

    @property
    def rollout(self) -> Rollout:
        rollout = self.fakes.ledger.load(ENDPOINT).rollout
        assert rollout
        return rollout

    def look(self) -> int | None:
        """Advance once and let time pass until the next look; None where nothing is to be waited for."""
        again = advance(self.fakes.world, ENDPOINT).again_in
        self.pass_time(again or 0)
        return again

    def run(self, until: Callable[[Rollout], bool] = lambda _: False) -> Rollout:
        """Look until the workflow has nothing to wait for, or `until` says so."""
        while self.look() is not None and not until(self.rollout):
            pass
        return self.rollout

    def pass_time(self, seconds: float) -> None:
        """Serve whole periods as they close; each is counted one period later."""
        self.fakes.time += seconds
        period = self.fakes.world.period
        while self.closed + period <= self.fakes.time:
            self.fakes.metrics.tables += self.pending
            self.pending = [self._served(self.closed)]
            self.closed += period

    def _served(self, at: float) -> Table:
        serving = self.fakes.endpoints.lives[ENDPOINT].canary_weight / FULL
        canary_rate, stable_rate = self.rates(at - EPOCH)
        total = self.per_minute + self.chance.randrange(-100, 100)
        canary = self._hits(total, serving)
        return Table(
            at,
            Arm(self._hits(canary, canary_rate), canary),
            Arm(self._hits(total - canary, stable_rate), total - canary),
        )

    def _hits(self, times: int, chance: float) -> int:
        """Draw a binomial count; large ones by the normal law, which is near enough and quick."""
        mean = times * chance
        if min(mean, times - mean) < 20:
            return sum(self.chance.random() < chance for _ in range(times))
        return round(self.chance.gauss(mean, (mean * (1 - chance)) ** 0.5))


def healthy() -> Traffic:
    """A better canary, through an incident that hits both models, to 100 % with an operator's approval."""
    traffic = Traffic(lambda t: (0.08, 0.085) if 900 < t < 1_300 else (0.011, 0.02))
    traffic.deploy()
    traffic.run()
    assert traffic.rollout.phase is Phase.PAUSED
    traffic.pass_time(240)
    who = "arn:aws:iam::123456789012:user/robin"
    grant_wish(traffic.fakes.world, ENDPOINT, Wish.PROMOTE, who=who, reason="the risk team agreed")
    traffic.run()
    return traffic


def subtle() -> Traffic:
    """A canary that fails twice as often as stable: the judge finds out."""
    traffic = Traffic(lambda _: (0.03, 0.02))
    traffic.deploy()
    traffic.run()
    return traffic


def gross() -> Traffic:
    """A canary that breaks at its third step: an alarm takes it back before the judge has counted anything."""
    traffic = Traffic(lambda t: (0.3 if t > 1_500 else 0.015, 0.02))
    traffic.deploy()
    traffic.run(lambda rollout: rollout.step == 1)
    traffic.run(lambda _: traffic.fakes.time > EPOCH + 1_590)
    take_back(
        traffic.fakes.world,
        ENDPOINT,
        cause="alarm serinus.prod.mortgage.canary.error_rate",
        reason="alarm serinus.prod.mortgage.canary.error_rate: Threshold Crossed: 2 out of the last 3 datapoints"
        " were greater than the threshold (0.05)",
        alarm_since=traffic.fakes.time,
    )
    traffic.run()
    traffic.pass_time(180)
    return traffic


def superseding() -> Traffic:
    """One rollout taken back, then another version rolled out halfway: two rollouts in one ledger."""
    traffic = subtle()
    traffic.deploy(replace(PAIR, canary="2026.12", pair="cccc3333"))
    traffic.rates = lambda _: (0.01, 0.02)
    traffic.run(lambda rollout: rollout.step == 1)
    return traffic
