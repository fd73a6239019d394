"""Tests on revenue: values in bins, sums and squares, from the statistics that CloudWatch answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout import earned
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.experiment.terms import Outcome
from lambdas.rollout.judge.ladder import Ladder
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Bandit, Experiment, Step
from lambdas.rollout.trial import Served, Trial, queries, trial
from tests.payments import statistic

_HOUR = 3_600
_BUYERS, _EXPOSED = 0.1, 2_000
_EXPERIMENT = Step(FULL // 2, 60, 4 * _HOUR, experiment=Experiment(4 * _HOUR, metric="revenue", minimum_effect=0.2))
_BANDIT = Step(FULL // 2, 60, 4 * _HOUR, bandit=Bandit(4 * _HOUR, metric="revenue"))
_SERVED = Served({CANARY: FULL // 2}, 0.0)


class Shop:
    """Payments per minute and arm; ``times`` as high on the canary, who wins ``more`` buyers."""

    def __init__(self, times: float = 1.0, more: float = 1.0, *, prices: Sequence[float] = (), seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        self._paid: dict[tuple[str, int], np.ndarray] = {}
        for minute in range(-60, 120):
            for arm, much, many in ((STABLE, 1.0, 1.0), (CANARY, times, more)):
                count = rng.binomial(_EXPOSED, min(1.0, _BUYERS * many))
                paid = rng.choice(prices, count) if prices else np.exp(3 + 0.8 * rng.standard_normal(count))
                self._paid[arm, minute] = paid * much

    def answer(self, query: Query, minutes: range) -> float | None:
        """Answer as CloudWatch would, over some minutes."""
        paid = np.concatenate([self._paid[query.variant, minute] for minute in minutes])
        if query.quantity.name == "RoutedRequests":
            return float(_EXPOSED * len(minutes))
        return statistic(paid, query.quantity)

    def ladder(self) -> Ladder:
        """Measure stable's past hour."""
        found = earned.ladder(0.0, [self.answer(query, range(-60, 0)) for query in earned.past()])
        assert found is not None
        return found

    def trial(self, step: Step, minutes: int) -> Trial:
        """Let the test run for some minutes."""
        served = replace(_SERVED, ladder=self.ladder() if step.experiment else None)
        asked = queries(step, served.ladder)
        periods = [
            Period(60.0 * at, tuple(self.answer(query, range(at, at + 1)) for query in asked))
            for at in range(minutes)
        ]
        return trial(step, served, periods, 60.0 * minutes)


@pytest.mark.parametrize("shop", [Shop(times=1.4), Shop(more=1.3), Shop(more=1.3, prices=(9.99, 19.99))])
def test_a_canary_whose_users_pay_more_wins(shop: Shop) -> None:
    found = shop.trial(_EXPERIMENT, 100).experiment
    assert found is not None
    assert (found.outcome, found.winner) == (Outcome.WINNER, CANARY)


@pytest.mark.parametrize("shop", [Shop(times=0.7), Shop(more=0.75), Shop(times=0.5, prices=(9.99, 19.99))])
def test_a_canary_whose_users_pay_less_loses(shop: Shop) -> None:
    found = shop.trial(_EXPERIMENT, 100).experiment
    assert found is not None
    assert found.outcome is Outcome.LOSER


def test_where_users_pay_the_same_somebody_wins_as_seldom_as_the_plan_says() -> None:
    found = [Shop(seed=seed).trial(_EXPERIMENT, 100).experiment for seed in range(100)]
    outcomes = Counter(each.outcome for each in found if each)
    assert outcomes[Outcome.WINNER] + outcomes[Outcome.LOSER] <= 5
    assert outcomes[Outcome.NO_DIFFERENCE] >= 90


def test_until_stable_has_been_measured_there_is_no_verdict_and_in_the_end_it_stops() -> None:
    assert queries(_EXPERIMENT) == ()
    waiting, late = (trial(_EXPERIMENT, _SERVED, [], elapsed).experiment for elapsed in (60.0, 4.0 * _HOUR))
    assert waiting is not None
    assert late is not None
    assert (waiting.outcome, late.outcome) == (Outcome.RUNNING, Outcome.STOPPED)
    assert "too few payments" in late.sentence


def test_what_was_paid_before_stable_was_measured_is_not_judged() -> None:
    shop = Shop()
    late = shop.ladder()._replace(since=60.0 * 90)
    asked = queries(_EXPERIMENT, late)
    periods = [Period(60.0 * at, tuple(shop.answer(each, range(at, at + 1)) for each in asked)) for at in range(100)]
    all_of_it, last = (
        trial(_EXPERIMENT, replace(_SERVED, ladder=late), some, 6_000.0).experiment
        for some in (periods, periods[90:])
    )
    assert all_of_it is not None
    assert last is not None
    assert all_of_it.pairs == last.pairs


def test_the_ladder_knows_how_many_pay_nothing_and_equal_prices_lie_above_their_edge() -> None:
    found = Shop(prices=(9.99, 19.99)).ladder()
    assert found.levels[-1] == pytest.approx(_BUYERS, rel=0.1)
    assert len(found.edges) == 3
    assert found.edges[0] < 19.99 < found.edges[0] * 1.001
    assert found.shares[-1] == pytest.approx(1 - _BUYERS, rel=0.02)


@pytest.mark.parametrize(("shop", "best"), [(Shop(times=1.4), CANARY), (Shop(more=0.7), STABLE)])
def test_a_bandit_follows_the_money(shop: Shop, best: str) -> None:
    found = shop.trial(_BANDIT, 60).bandit
    assert found is not None
    assert (found.ended, found.best) == (True, best)


@given(
    st.sampled_from([_EXPERIMENT, _BANDIT]),
    st.lists(st.lists(st.none() | st.floats(0, 1e9), min_size=34, max_size=34), max_size=8),
)
def test_whatever_is_missing_or_wrong_there_is_an_answer(step: Step, rows: list[list[float | None]]) -> None:
    served = replace(_SERVED, ladder=Shop().ladder())
    width = len(queries(step, served.ladder))
    periods = [Period(60.0 * place, tuple(row[:width])) for place, row in enumerate(rows)]
    found = trial(step, served, periods, 600.0)
    assert found.experiment or found.bandit
