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
from lambdas.rollout.names import CANARY, config_prefix
from lambdas.rollout.operate import Wish
from lambdas.rollout.plan import FULL, Plan, Shadow, Step
from lambdas.rollout.release import PAIR as PAIRED
from lambdas.rollout.release import SHADOW, Stage
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

CONFIGS = {stage: config_prefix(ENDPOINT, PAIR.pair, PAIR.shape) + stage for stage in (SHADOW, PAIRED)}
SHADOWED = replace(
    PAIR,
    plan=replace(
        LONG, steps=(Step(0, BAKE, 3 * BAKE, shadow=Shadow(BAKE, sample=5_000)), *STEPS, Step(FULL, BAKE, BAKE))
    ),
    stages=tuple(Stage(stage, PAIR.shape, config) for stage, config in CONFIGS.items()),
)

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
        self.shadowed = set[float]()
        self.differing = 0.0
        """The share of pairs that disagree, while the canary is a shadow."""

    def deploy(self, release: Release = PAIR) -> None:
        self.fakes.ledger.releases[release.endpoint] = release
        pair = live(release)
        stages = {SHADOW: replace(pair, config=CONFIGS[SHADOW], variants=pair.variants[:1])}
        stages[PAIRED] = replace(pair, config=CONFIGS[PAIRED])
        self.fakes.endpoints.configurations = {CONFIGS[stage]: each for stage, each in stages.items()}
        self.fakes.endpoints.lives[release.endpoint] = stages[SHADOW] if release.stages else pair
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
            for table in self.pending:
                self._compare(table)
            self.pending = [self._served(self.closed)]
            self.closed += period

    def _served(self, at: float) -> Table:
        serving = self.fakes.endpoints.lives[ENDPOINT].canary_weight / FULL
        canary_rate, stable_rate = self.rates(at - EPOCH)
        total = self.per_minute + self.chance.randrange(-100, 100)
        copies = self._hits(total, 0.5) if self._shadows(at) else 0
        canary = self._hits(total, serving)
        stable = total - canary
        return Table(
            at,
            Arm(self._hits(canary + copies, canary_rate), canary + copies),
            Arm(self._hits(stable, stable_rate), stable),
        )

    def _shadows(self, at: float) -> bool:
        shadow = self.fakes.endpoints.lives[ENDPOINT].config == CONFIGS[SHADOW]
        if shadow:
            self.shadowed.add(at)
        return shadow

    def _compare(self, table: Table) -> None:
        """Count the pairs of a period in which the canary was a shadow; it got copies of half the requests."""
        if table.at in self.shadowed:
            pairs = table.canary.total
            for name, value in (("Compared", pairs), ("Disagreements", self._hits(pairs, self.differing))):
                self.fakes.metrics.values.setdefault((CANARY, name), {})[table.at] = value

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
    traffic = Traffic(lambda _: (0.015, 0.02))
    traffic.deploy()
    traffic.run(lambda rollout: rollout.step == 2)
    broken = traffic.fakes.time - EPOCH + 150
    traffic.rates = lambda t: (0.3 if t > broken else 0.015, 0.02)
    traffic.run(lambda _: traffic.fakes.time > EPOCH + broken + 90)
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


def shadowed() -> Traffic:
    """A canary that agrees with stable in its shadow, and then serves everybody."""
    traffic = Traffic(lambda _: (0.015, 0.02))
    traffic.differing = 0.004
    traffic.deploy(SHADOWED)
    traffic.run()
    return traffic


def differing() -> Traffic:
    """A canary of which only its shadow shows that it answers otherwise."""
    traffic = Traffic(lambda _: (0.018, 0.02))
    traffic.differing = 0.05
    traffic.deploy(SHADOWED)
    traffic.run()
    return traffic


def superseding() -> Traffic:
    """One rollout taken back, then another version rolled out halfway: two rollouts in one ledger."""
    traffic = subtle()
    traffic.deploy(replace(PAIR, canary="2026.12", pair="cccc3333"))
    traffic.rates = lambda _: (0.01, 0.02)
    traffic.run(lambda rollout: rollout.step == 1)
    return traffic
