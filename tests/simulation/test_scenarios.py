"""Scenarios by their words."""

from __future__ import annotations

import pytest

from simulation.course import Course, excess
from simulation.law import Law
from simulation.scenario import Nature
from simulation.scenarios import SCENARIOS, USUAL, UnknownScenarioError, scenario
from simulation.traffic import Traffic


def test_every_scenario_is_found_by_its_name() -> None:
    assert {name: scenario(name) for name in SCENARIOS} == SCENARIOS
    assert set(USUAL) <= set(SCENARIOS)


def test_a_number_turns_what_the_sentence_says() -> None:
    found = scenario("errors=2")
    assert (found.error_times, found.name, found.about) == (2.0, "errors=2", "the canary fails 2 times as often")
    assert scenario("tail=0.05").about == "5 % of the canary's answers take 3 times as long"


def test_a_canary_that_is_no_worse_is_healthy() -> None:
    assert scenario("errors=1").nature is Nature.HEALTHY
    assert scenario("failing=0").nature is Nature.HEALTHY


def test_scenarios_join_and_the_worst_decides() -> None:
    found = scenario("incident+slow=1.2 + daily")
    assert (found.incident, found.slower, found.daily, found.nature) == (10.0, 1.2, 0.6, Nature.HARMFUL)
    assert scenario("errors+dead").nature is Nature.BLIND


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("worse", "there is no scenario 'worse'; there are healthy, errors"),
        ("dead=1", "dead takes no number"),
        ("errors=many", "errors takes a number from 0.001 to 1000"),
        ("failing=2", "failing takes a number from 0 to 1"),
        ("healthy+", "there is no scenario ''"),
    ],
)
def test_other_words_are_refused(words: str, why: str) -> None:
    with pytest.raises(UnknownScenarioError, match=why):
        scenario(words)


def course(words: str) -> Course:
    return Course(Traffic(10.0, error_rate=0.01), scenario(words), 1_000.0, 0.0)


def test_an_incident_hits_both_arms_alike() -> None:
    before, during = (course("incident").at(1_000.0 + since) for since in (600.0, 1_500.0))
    assert (before.stable.error_rate, during.stable.error_rate) == pytest.approx((0.01, 0.1))
    assert during.canary == during.stable
    assert excess(during) == (0.0, 0.0, 0.0)


def test_a_leak_grows_and_stays() -> None:
    rates = [course("leak").at(1_000.0 + since).canary.error_rate for since in (0.0, 3_600.0, 7_200.0, 9_000.0)]
    assert rates == pytest.approx([0.01, 0.03, 0.05, 0.05])


def test_a_day_has_a_peak_and_a_trough() -> None:
    rates = [course("daily").at(1_000.0 + hour * 3_600.0).requests_per_second for hour in range(24)]
    assert (max(rates), min(rates)) == pytest.approx((16.0, 4.0))


def test_what_is_bad_is_what_stable_would_not_have_done() -> None:
    assert excess(course("errors").at(0.0)) == pytest.approx((2 / 3, 0.0, 0.0))
    errors, slow, wrong = excess(course("slow").at(0.0))
    assert errors == wrong == 0.0
    assert 0.05 < slow < 0.2
    assert excess(course("quality").at(0.0))[2] == pytest.approx(0.05)


@pytest.mark.parametrize("part", [0.0, 0.02, 0.5, 1.0])
def test_quantiles_and_shares_are_each_others_inverse(part: float) -> None:
    law = Law(80.0, 0.7, part, 3.0)
    for share in (0.01, 0.5, 0.95, 0.999):
        assert law.up_to(law.quantile(share)) == pytest.approx(share, abs=1e-5)


def test_a_law_goes_through_its_percentiles() -> None:
    law = Law.through(80.0, 400.0)
    assert (law.quantile(0.5), law.quantile(0.99)) == pytest.approx((80.0, 400.0))
    assert Law.through(80.0, 80.0).up_to(80.1) > 0.99
