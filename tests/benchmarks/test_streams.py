"""Streams: the same seeds give the same counts, and the counts have the rates that are asked for."""

import dataclasses

import numpy as np
import pytest

from benchmarks.judge import latency
from benchmarks.judge.streams import DESIGN_EFFECT, LOOKS, Setting, Shape, Streams, draw

SETTING = Setting(0.005, 0.02, periods=80)


@pytest.mark.parametrize("shape", list(Shape))
def test_the_same_seed_gives_the_same_rows_and_another_seed_others(shape: Shape) -> None:
    setting = dataclasses.replace(SETTING, shape=shape)
    one, same, other = (draw(setting, 3, (seed,), healthy=False) for seed in (7, 7, 8))
    for field in dataclasses.fields(Streams):
        assert np.array_equal(getattr(one, field.name), getattr(same, field.name))
    assert not np.array_equal(one.canary_bad, other.canary_bad)


def test_a_healthy_hour_has_stables_rate_on_both_arms_and_the_share_asked_for() -> None:
    streams = draw(SETTING, 400, (1,), healthy=True)
    assert streams.canary.shape == (400, LOOKS)
    assert streams.canary_bad.sum() / streams.canary.sum() == pytest.approx(0.005, rel=0.02)
    assert streams.baseline_bad.sum() / streams.canary.sum() == pytest.approx(0.005, rel=0.02)
    assert streams.stable_bad.sum() / streams.stable.sum() == pytest.approx(0.005, rel=0.02)
    assert streams.canary.mean() == pytest.approx(150, rel=0.01)


def test_a_bad_canary_is_watched_to_the_end_of_its_periods() -> None:
    streams = draw(SETTING, 400, (1,), healthy=False)
    assert streams.canary.shape == (400, 80)
    assert streams.canary_bad.sum() / streams.canary.sum() == pytest.approx(0.02, rel=0.02)


def test_an_incident_is_ten_times_the_errors_on_both_arms_for_ten_minutes() -> None:
    streams = draw(dataclasses.replace(SETTING, shape=Shape.INCIDENT), 400, (1,), healthy=True)
    for bad, total in ((streams.canary_bad, streams.canary), (streams.stable_bad, streams.stable)):
        assert bad[:, 20:30].sum() / total[:, 20:30].sum() == pytest.approx(0.05, rel=0.02)
        assert bad[:, :20].sum() / total[:, :20].sum() == pytest.approx(0.005, rel=0.03)


def test_weights_move_in_four_steps() -> None:
    streams = draw(dataclasses.replace(SETTING, shape=Shape.WEIGHTS), 50, (1,), healthy=True)
    share = streams.canary.sum(axis=0) / (streams.canary + streams.stable).sum(axis=0)
    assert [share[at] for at in (0, 15, 30, 45)] == pytest.approx([0.01, 0.05, 0.25, 0.5], rel=0.05)


def test_bursts_keep_the_mean_and_spread_it_by_the_design_effect() -> None:
    streams = draw(dataclasses.replace(SETTING, shape=Shape.BURSTS), 2000, (1,), healthy=True)
    rates = streams.stable_bad / streams.stable
    assert rates.mean() == pytest.approx(0.005, rel=0.02)
    single = 0.005 * 0.995 / streams.stable.mean()
    assert rates.var() / single == pytest.approx(DESIGN_EFFECT, rel=0.1)


def test_latencies_are_as_much_slower_as_they_are_said_to_be() -> None:
    setting = latency.Setting(latency.Canary.SLOWER)
    healthy, slower = (latency.draw(setting, 20, (1, 0), healthy=healthy) for healthy in (True, False))
    assert slower.canary.mean.mean() / slower.stable.mean.mean() == pytest.approx(1.2, rel=0.01)
    assert healthy.canary.mean.mean() / healthy.stable.mean.mean() == pytest.approx(1.0, rel=0.01)
    assert healthy.canary.ladder.sum(axis=2).min() == healthy.canary.ladder.sum(axis=2).max() == latency.CANARY
    beyond_median = healthy.stable.ladder[:, :, 1:].sum() / healthy.stable.ladder.sum()
    assert beyond_median == pytest.approx(0.5, abs=0.005)


def test_a_tail_is_two_percent_of_requests_three_times_as_slow() -> None:
    setting = latency.Setting(latency.Canary.TAIL)
    tail = latency.draw(setting, 20, (1, 0), healthy=False)
    assert tail.canary.mean.mean() / tail.stable.mean.mean() == pytest.approx(1.04, rel=0.01)


def test_limits_for_latency_are_those_of_the_normal_law() -> None:
    shift = np.log(1.2) / latency.SIGMA
    assert latency.limit(latency.Canary.SLOWER) == pytest.approx(np.log(100) / (shift**2 / 2), rel=1e-6)
    assert latency.limit(latency.Canary.TAIL) == pytest.approx(699.45, rel=1e-3)
