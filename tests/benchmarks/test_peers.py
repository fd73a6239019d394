"""The peers' rules, on cases that can be worked out by hand."""

import math

import numpy as np
import pytest

from benchmarks.judge import hindsight, kayenta, sequential
from benchmarks.judge.score import Score, score
from benchmarks.judge.streams import Floats, Ints, Setting, draw
from benchmarks.judge.thresholds import Alarm, Argo, Flagger

NAN = math.nan


def series(*values: float) -> Floats:
    return np.array([values], dtype=np.float64)


def test_an_alarm_fires_at_the_third_breach_of_five_and_missing_data_does_not_breach() -> None:
    alarm = Alarm(0.01, breaches=3, window=5)
    assert alarm.stops(series(0.02, 0, 0.02, 0, 0.02, 0.02)).tolist() == [4]
    assert alarm.stops(series(0.02, 0, 0, 0.02, 0, 0.02)).tolist() == [6], "the first breach is out of the window"
    assert alarm.stops(series(NAN, NAN, NAN, 0.01, 0.01)).tolist() == [5], "equal is not above"


def test_flagger_rolls_back_at_the_tick_after_the_last_failed_check_it_allows() -> None:
    flagger = Flagger(0.01, threshold=2)
    assert flagger.stops(series(0.02, 0, 0, 0.02, 0, 0)).tolist() == [4]
    assert flagger.stops(series(NAN, NAN, 0)).tolist() == [2], "no values found is a failed check"
    assert flagger.stops(series(0, 0, 0.02)).tolist() == [3]


def test_argo_fails_at_one_measurement_more_than_its_limit() -> None:
    argo = Argo(0.05, failure_limit=2)
    assert argo.stops(series(0.06, 0.06, 0.05, 0.06, 0)).tolist() == [3]
    assert argo.stops(series(0.06, NAN, NAN)).tolist() == [2]
    assert argo.stops(series(0.06, 0.06, 0)).tolist() == [3]


def test_kayenta_wants_the_interval_beyond_a_quarter_of_the_estimate() -> None:
    baseline = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert kayenta.high(baseline + 10, baseline)
    assert not kayenta.high(baseline - 10, baseline), "only worse counts"
    assert not kayenta.high(baseline, baseline)
    assert not kayenta.high(baseline[:4] + 10, baseline[:4]), "four against four cannot reach 98 %"
    assert not kayenta.high(baseline + 4.9, baseline), "wholly above but for the tolerance"


def test_kayentas_rank_sum_is_corrected_for_continuity_and_ties() -> None:
    # U = 1.5 + 3 + 3 + 3 of 12, a tie of two among seven: z = (4.5 - 0.5) / sqrt(12/12 (8 - 6/42))
    z = kayenta._z(np.array([1.1, 2.2, 3.3, 4.4]), np.array([0.5, 1.1, 2.0]))
    assert z == pytest.approx(4 / math.sqrt(8 - 1 / 7))


def test_kayenta_is_asked_when_its_schedule_says_and_without_data_it_passes() -> None:
    canary, baseline = np.arange(60.0)[None, :] + 100, np.arange(60.0)[None, :]
    assert kayenta.stops(canary, baseline, kayenta.DOCUMENTED).tolist() == [49]
    assert kayenta.stops(canary, baseline, kayenta.HURRIED).tolist() == [4]
    nothing = np.full((1, 60), NAN)
    assert kayenta.stops(nothing, baseline, kayenta.HURRIED).tolist() == [60]


def test_the_z_test_is_the_usual_one() -> None:
    # 30 of 1000 against 10 of 1000: z = 0.02 / sqrt(0.02 * 0.98 * 2 / 1000) = 3.19; 16 of 1000: z = 1.18
    for bad, stop in ((30, 0), (16, 1)):
        canary = sequential.errors(np.array([[bad]]), np.array([[1000]]))
        stable = sequential.errors(np.array([[10]]), np.array([[1000]]))
        assert sequential.z_test(canary, stable).tolist() == [stop]


def test_msprt_is_johari_s_formula() -> None:
    # p = .1 and .02 of 1000: V = (.09 + .0196)/1000; log e = .5 log(V/(V + t²)) + t² .08² / (2 V (V + t²)), t = .05
    variance, tau = (0.09 + 0.0196) / 1000, 0.05
    evidence = 0.5 * math.log(variance / (variance + tau**2)) + (tau * 0.08) ** 2 / (
        2 * variance * (variance + tau**2)
    )
    assert evidence > math.log(100)
    canary, stable = (sequential.errors(np.array([[bad]]), np.array([[1000]])) for bad in (100, 20))
    assert sequential.msprt(canary, stable, tau).tolist() == [0]
    assert sequential.msprt(stable, canary, tau).tolist() == [1], "a better canary stays"
    weak = 0.5 * math.log(variance / (variance + 1e-6)) + (1e-3 * 0.08) ** 2 / (2 * variance * (variance + 1e-6))
    assert weak < math.log(100)
    assert sequential.msprt(canary, stable, 1e-3).tolist() == [1]


def test_the_oracle_needs_the_evidence_that_wald_asks_for() -> None:
    # from 1 to 2 %, an error tells log 2 and a good answer log(0.98/0.99): seven errors of seven requests suffice
    assert sequential.sprt(np.full((1, 10), math.log(2))).tolist() == [6]
    assert sequential.limit(0.005, 0.02) == pytest.approx(359, abs=0.5)
    assert sequential.limit(0.01, 0.015) == pytest.approx(4207, abs=1)


def test_the_oracle_is_near_walds_limit_where_a_period_is_small() -> None:
    streams = draw(Setting(0.01, 0.02, period=10.0, periods=400), 500, (1,), healthy=False)
    stops = sequential.oracle(streams)
    requests = score("oracle", stops, stops, streams.canary, streams.canary_bad).requests
    assert 1.0 < requests.mean() / sequential.limit(0.01, 0.02) < 1.15


def test_hindsight_takes_the_fastest_rule_that_blames_at_most_one_percent() -> None:
    healthy = np.tile(np.array([0.0, 0.01, 0.0]), (100, 20))
    worse = np.full((100, 60), 0.02)

    def scored(blamed: Ints, seen: Ints) -> Score:
        return score("alarm", blamed, seen, np.ones((100, 60), dtype=np.int64), np.zeros((100, 60), dtype=np.int64))

    rules = [Alarm(0.005, 1, 1), Alarm(0.015, 3, 3), Alarm(0.015, 2, 2), Alarm(0.03, 1, 1)]
    best = hindsight.tuned(rules, healthy, worse, scored)
    assert best.minutes == 2, "the first blames, the second is slower, the last never sees"
