"""One contract for metrics: in memory, and CloudWatch over the sandbox."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quantities import Quantity
from tests.adapters.metric_data import put
from tests.fakes import FakeMetrics

if TYPE_CHECKING:
    from tests.conftest import Sandbox

PERIOD = 10
ASKED = tuple(
    Query(variant, Quantity("Serinus", name)) for variant, name in ((CANARY, "Losses"), (STABLE, "Conversions"))
)
LOSSES, CONVERSIONS = ASKED


class InMemory:
    def __init__(self) -> None:
        self.endpoint = "mortgage"
        self.metrics = FakeMetrics(period=PERIOD)

    def has(self, query: Query, values: dict[float, float]) -> None:
        self.metrics.values[query.variant, query.quantity.name] = values


class InCloudWatch:
    def __init__(self, sandbox: Sandbox) -> None:
        self.endpoint = sandbox.name("endpoint")
        self.metrics = CloudWatchMetrics(sandbox.client("cloudwatch"), PERIOD, delay=0)
        self._sandbox = sandbox

    def has(self, query: Query, values: dict[float, float]) -> None:
        for at, value in values.items():
            put(self._sandbox, self.endpoint, query, at, [value])


Known = InMemory | InCloudWatch
"""Metrics whose values a test can set."""


@pytest.fixture(params=["memory", "cloudwatch"])
def known(request: pytest.FixtureRequest) -> Known:
    return InCloudWatch(request.getfixturevalue("sandbox")) if request.param == "cloudwatch" else InMemory()


@pytest.fixture
def now() -> float:
    return time.time() // 60 * 60


def test_values_come_by_period_in_the_order_asked_oldest_first(known: Known, now: float) -> None:
    known.has(LOSSES, {now - 30: 3.0, now - 60: 1.0})
    known.has(CONVERSIONS, {now - 30: 8.0, now - 60: 9.0})
    assert known.metrics.read(known.endpoint, ASKED, now - 60, now) == (
        Period(now - 60, (1.0, 9.0)),
        Period(now - 30, (3.0, 8.0)),
    )
    assert known.metrics.read(known.endpoint, ASKED[::-1], now - 30, now) == (Period(now - 30, (8.0, 3.0)),)


def test_what_is_missing_is_none_and_a_period_without_anything_is_left_out(known: Known, now: float) -> None:
    known.has(LOSSES, {now - 60: 0.0})
    known.has(CONVERSIONS, {now - 20: 5.0})
    assert known.metrics.read(known.endpoint, ASKED, now - 60, now) == (
        Period(now - 60, (0.0, None)),
        Period(now - 20, (None, 5.0)),
    )


def test_the_first_period_may_have_begun_before_and_the_last_one_is_complete(known: Known, now: float) -> None:
    known.has(LOSSES, {now - back: float(back) for back in (60, 50, 40, 30)})
    periods = known.metrics.read(known.endpoint, [LOSSES], now - 45, now - 25)
    assert [period.at for period in periods] == [now - 50, now - 40]


@pytest.mark.parametrize("length", [0.0, -60.0, 9.0])
def test_no_time_is_no_period(known: Known, now: float, length: float) -> None:
    known.has(LOSSES, {now - 60: 1.0})
    assert known.metrics.read(known.endpoint, [LOSSES], now - 60, now - 60 + length) == ()


def test_nothing_asked_is_nothing_read(known: Known, now: float) -> None:
    known.has(LOSSES, {now - 60: 1.0})
    assert known.metrics.read(known.endpoint, [], now - 60, now) == ()
    assert known.metrics.summary(known.endpoint, [], now - 60, now) == ()


def test_a_summary_is_one_value_over_the_whole_interval(known: Known, now: float) -> None:
    known.has(LOSSES, {now - 600: 1.0, now - 300: 2.0, now - 10: 4.0, now + 10: 8.0})
    assert known.metrics.summary(known.endpoint, ASKED, now - 600, now) == (7.0, None)
