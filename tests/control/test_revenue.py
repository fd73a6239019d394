"""Tests on revenue through the shell and the core: measured on stable first, then judged or followed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lambdas.control.advance import advance
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.earned import EARNED
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.plan import FULL, Bandit, Experiment, Routing, Step
from lambdas.rollout.recipes import Reading
from lambdas.rollout.state import Phase
from tests.control.test_sticky import Scene
from tests.examples import PLAN, RELEASE
from tests.fakes import FakeMetrics
from tests.payments import statistic

_HOUR = 3_600


class Till(FakeMetrics):
    """What users paid, by variant: ``high`` is the mean payment of those who pay, who are a tenth."""

    def __init__(self, **high: float) -> None:
        super().__init__()
        self._high, self._rng = high, np.random.default_rng(7)
        self._paid: dict[tuple[str, float], np.ndarray] = {}

    def read(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Period, ...]:
        periods = super().read(endpoint, queries, since, until)
        return tuple(
            Period(each.at, tuple(self._at(each, place, query) for place, query in enumerate(queries)))
            for each in periods
        )

    def summary(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Reading, ...]:
        known = super().summary(endpoint, queries, since, until)
        times = [table.at for table in self.tables if since <= table.at < until]
        return tuple(
            self._stat(query, times) if query.quantity.name == "Revenue" else value
            for query, value in zip(queries, known, strict=True)
        )

    def _at(self, period: Period, place: int, query: Query) -> Reading:
        if query.quantity.name not in ("Revenue", "RevenueSquared"):
            return period.values[place]
        return self._stat(query, [period.at])

    def _stat(self, query: Query, times: Sequence[float]) -> Reading:
        paid = np.concatenate([self._payments(query.variant, at) for at in times] or [np.zeros(0)])
        return statistic(paid, query.quantity)

    def _payments(self, variant: str, at: float) -> np.ndarray:
        if (variant, at) not in self._paid:
            shown = self.values.get((variant, "RoutedRequests"), {}).get(at, 0)
            self._paid[variant, at] = self._rng.exponential(self._high[variant], round(shown / 10))
        return self._paid[variant, at]


def _scene(test: Step, till: Till) -> Scene:
    steps = (Step(500, 120, 600), test, Step(FULL, 120, 600))
    plan = replace(PLAN, steps=steps, guardrails=(ErrorRate(),), routing=Routing.STICKY)
    scene = Scene(replace(RELEASE, plan=plan))
    till.tables, scene.metrics = scene.metrics.tables, till
    scene.world = replace(scene.world, metrics=till)
    return scene


def _experiment() -> Step:
    asked = Experiment(4 * _HOUR, metric="revenue", minimum_effect=0.2)
    return Step(FULL // 2, 60, 4 * _HOUR, experiment=asked)


def test_a_canary_whose_users_pay_more_wins_once_stable_has_been_measured() -> None:
    scene = _scene(_experiment(), Till(stable=20.0, canary=30.0))
    scene.serve(90)
    assert scene.rollout.phase is Phase.PROMOTED
    assert EARNED in {ladder.guardrail for ladder in scene.rollout.ladders}


def test_a_canary_whose_users_pay_less_is_taken_back() -> None:
    scene = _scene(_experiment(), Till(stable=20.0, canary=12.0))
    scene.serve(90)
    assert scene.rollout.phase is Phase.ROLLED_BACK


def test_a_shop_in_which_nobody_pays_ends_the_test_as_the_plan_says() -> None:
    scene = _scene(_experiment(), Till(stable=0.0, canary=0.0))
    scene.serve(260)
    assert scene.rollout.phase is Phase.ROLLED_BACK
    assert any("too few payments" in entry.reason for entry in scene.ledger.history("mortgage", 1))


def test_a_bandit_follows_the_money() -> None:
    step = Step(FULL // 2, 60, 8 * _HOUR, bandit=Bandit(8 * _HOUR, metric="revenue"))
    scene = _scene(step, Till(stable=20.0, canary=30.0))
    scene.serve(90)
    assert scene.rollout.phase is Phase.PROMOTED


def test_nothing_is_measured_for_a_plan_that_asks_nothing_of_revenue() -> None:
    scene = _scene(Step(FULL // 2, 120, 600), Till(stable=20.0, canary=20.0))
    scene.serve(10)
    advance(scene.world, "mortgage")
    assert scene.rollout.ladders == ()
