"""The simulated ports keep what the real ones promise."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from numpy.random import default_rng

from lambdas.rollout.guardrails import ErrorRate, Latency
from lambdas.rollout.judge.bench import Bench
from lambdas.rollout.judge.ladder import ladder
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.ports import ConflictError, EndpointBusyError
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState
from simulation.clock import Clock
from simulation.course import Course
from simulation.endpoints import SimulatedEndpoint
from simulation.memory import BriefLedger
from simulation.metrics import SimulatedMetrics
from simulation.scenarios import scenario
from simulation.stream import Stream
from simulation.traffic import Traffic
from tests.examples import TURN

if TYPE_CHECKING:
    from lambdas.rollout.catalogue import Period
    from lambdas.rollout.live import Live

PLAN = Plan((Step(1_000, 60, 600),), (ErrorRate(), Latency()))
RELEASE = Release("e", "v1", "v2", "0" * 8, "1" * 8, PLAN, ())
START = 6_000.0
TRAFFIC = Traffic(50.0, error_rate=0.02)


class Scene:
    """An endpoint at 10 % since ``START``, and its metrics."""

    def __init__(self, words: str = "healthy", weight: int = 1_000) -> None:
        self.clock = Clock(START)
        self.endpoint = SimulatedEndpoint(self.clock, RELEASE, 0.0)
        self.endpoint.set_canary_weight(self.live, weight, TURN)
        assert self.live.canary_weight == weight
        told = scenario(words)
        course = Course(TRAFFIC, told, START, 0.0)
        self.stream = Stream(course, told, self.endpoint, default_rng(7), (START, 60.0))
        self.metrics = SimulatedMetrics(self.clock, self.stream, PLAN, told, 60.0)
        measured = ladder("latency_p95", 0.0, (8e4, 1.2e5, 2e5, 2.5e5, 3e5, 4e5, 5e5, 7e5))
        self.sitting = Bench().sitting(PLAN, (measured,) if measured else ())

    @property
    def live(self) -> Live:
        found = self.endpoint.live("e")
        assert found
        return found

    def read(self, until: float) -> tuple[Period, ...]:
        self.clock.now = until
        return self.metrics.read("e", self.sitting.queries, START, until)


def test_weights_are_served_after_their_delay_and_refused_until_then() -> None:
    clock = Clock(100.0)
    endpoint = SimulatedEndpoint(clock, RELEASE, 30.0)
    live = endpoint.live("e")
    assert live
    assert live.settled
    endpoint.set_canary_weight(live, 500, TURN)
    clock.now = 129.0
    updating = endpoint.live("e")
    assert updating
    assert (updating.status, updating.canary_weight, updating.canary_desired) == ("Updating", 0, 500)
    with pytest.raises(EndpointBusyError):
        endpoint.set_canary_weight(updating, 0, TURN)
    clock.now = 130.0
    served = endpoint.live("e")
    assert served
    assert served.settled
    assert endpoint.served == [(100.0, 0), (130.0, 500)]
    assert endpoint.canary_seconds(120.0, 150.0) == pytest.approx(20 * 0.05)


def test_the_ledger_takes_the_next_revision_only() -> None:
    ledger = BriefLedger(RELEASE)
    ledger.commit(EndpointState("e", 1), None)
    with pytest.raises(ConflictError):
        ledger.commit(EndpointState("e", 1), None)


def test_a_period_arrives_once_it_is_over_and_its_delay_has_passed() -> None:
    scene = Scene()
    assert len(scene.read(START + 119.0)) == 0
    assert [period.at for period in scene.read(START + 180.0)] == [START, START + 60.0]
    assert scene.metrics.next_news() == START + 240.0


def test_periods_that_have_not_changed_are_the_same_objects() -> None:
    scene = Scene()
    early, late = scene.read(START + 300.0), scene.read(START + 600.0)
    assert len(late) == len(early) + 5
    assert all(before is after for before, after in zip(early, late, strict=False))


def test_counts_follow_the_weight_the_rates_and_each_other() -> None:
    scene = Scene()
    judgement = scene.sitting.judge(scene.read(START + 60.0 * 400))
    errors, latency = judgement.verdicts
    requests = [sum(table.canary.total for table in judgement.requests), sum(t.total for t in judgement.requests)]
    assert requests[0] / requests[1] == pytest.approx(0.1, rel=0.02)
    assert requests[1] == pytest.approx(50.0 * 60 * len(judgement.requests), rel=0.01)
    assert errors.canary.rate == pytest.approx(0.02, rel=0.1)
    assert errors.canary.total == latency.canary.total == requests[0]


def test_no_count_is_negative_and_none_falls_along_the_edges() -> None:
    scene = Scene("tail")
    for period in scene.read(START + 3_600.0):
        in_stable, _, *counts = [value for value in period.values[8:] if value is not None]
        assert all(0 <= before <= after for before, after in pairwise([*counts[:8], in_stable]))


def test_errors_in_bursts_are_as_many_and_vary_more() -> None:
    scenes = [Scene("healthy"), Scene("bursts")]
    counts = [[scene.stream[i].requests.stable.bad for i in range(600)] for scene in scenes]
    means = [sum(row) / 600 for row in counts]
    spreads = [sum((bad - mean) ** 2 for bad in row) / 600 for row, mean in zip(counts, means, strict=True)]
    assert means[1] == pytest.approx(means[0], rel=0.1)
    assert spreads[1] / spreads[0] == pytest.approx(9.0, rel=0.3)


def test_lost_metrics_are_missing_and_not_zero() -> None:
    lost = Scene("missing=0.5").read(START + 60.0 * 202)
    assert 60 < len(lost) < 140
    silent = Scene("silent").read(START + 600.0)
    assert all(period.values[0] is None and period.values[1] is not None for period in silent)
    assert Scene("blackout").read(START + 600.0) == ()


def test_late_metrics_come_later_and_in_part_at_first() -> None:
    assert len(Scene("delayed").read(START + 1_200.0)) == len(Scene().read(START + 600.0))
    scene = Scene("piecemeal")
    first = scene.read(START + 120.0)[0]
    later = scene.read(START + 240.0)[0]
    assert first.at == later.at
    part, whole = first.values[1], later.values[1]
    assert part is not None
    assert whole is not None
    assert part == whole // 2
