"""Rewards per minute, whatever the metric period."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.catalogue import Period
from lambdas.rollout.experiment.terms import Outcome
from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import FULL, Bandit, Experiment, Step
from lambdas.rollout.state import Result
from lambdas.rollout.trial import Served, trial

_STEP = Step(FULL // 2, 60, 3_600, experiment=Experiment(3_600, minimum_effect=0.2))
_SERVED = Served({CANARY: FULL // 2}, 0.0)
_ASKED = 50.0
"""Exposures of each arm in ten seconds."""


def _minute(at: float, won: float) -> list[Period]:
    """Six periods of ten seconds; the minute's rewards stand at its first."""
    return [
        Period(at + 10 * i, (_ASKED, 6 * 5.0 if not i else None, _ASKED, won if not i else None)) for i in range(6)
    ]


def test_rewards_of_a_minute_belong_to_all_of_its_exposures() -> None:
    fine = [period for minute in range(5) for period in _minute(60.0 * minute, 6 * 12.0)]
    whole = [Period(60.0 * minute, (6 * _ASKED, 30.0, 6 * _ASKED, 72.0)) for minute in range(5)]
    found, expected = (trial(_STEP, _SERVED, periods, 300.0).experiment for periods in (fine, whole))
    assert found == expected
    assert found is not None
    assert found.winner == "canary"


@given(st.lists(st.lists(st.none() | st.floats(0, 1e6), min_size=4, max_size=4), max_size=20))
def test_whatever_is_missing_there_is_a_verdict(values: list[list[float | None]]) -> None:
    periods = [Period(60.0 * place, tuple(each)) for place, each in enumerate(values)]
    assert trial(_STEP, _SERVED, periods, 60.0).experiment is not None


def test_when_an_arm_is_dropped_the_claims_on_the_others_keep_their_chance() -> None:
    asked = Experiment(3_600, split=3_000, challengers={"lean": 3_000})
    step = Step(3_000, 60, 3_600, experiment=asked)
    all_in = Served({CANARY: 3_000, "lean": 3_000}, 0.0)
    dropped = Served({CANARY: 3_000}, 600.0, ("lean",))
    before, after = (trial(step, served, [], 60.0).experiment for served in (all_in, dropped))
    assert before is not None
    assert after is not None
    assert after.bound == pytest.approx(before.bound)
    assert {pair.arm for pair in after.pairs} == {"stable", "canary"}


def test_the_split_is_held_against_what_was_exposed_since_the_shares_hold() -> None:
    asked = Experiment(3_600, split=3_000, challengers={"lean": 3_000})
    step = Step(3_000, 60, 3_600, experiment=asked)
    old = [Period(60.0 * i, (400, 40, 300, 30, 300, 30)) for i in range(10)]
    new = [Period(60.0 * i, (700, 70, 300, 30, None, None)) for i in range(10, 20)]
    found = trial(step, Served({CANARY: 3_000}, 600.0, ("lean",)), [*old, *new], 1_200.0).experiment
    mixed = trial(step, Served({CANARY: 3_000}, 0.0, ("lean",)), [*old, *new], 1_200.0).experiment
    assert found is not None
    assert mixed is not None
    assert found.outcome is not Outcome.STOPPED
    assert mixed.outcome is Outcome.STOPPED


def test_what_each_arm_has_earned_is_told_and_kept() -> None:
    periods = [Period(60.0 * minute, (300.0, 30.0, 300.0, 72.0)) for minute in range(2)]
    found = trial(_STEP, _SERVED, periods, 120.0)
    assert found.results == (Result("stable", 600, 60.0), Result("canary", 600, 144.0))
    assert found.experiment is not None
    assert found.experiment.sentence.endswith("; conversion: stable 10 % of 600, canary 24 % of 600")


def test_a_bandit_on_revenue_tells_what_an_answer_earns() -> None:
    step = Step(2_000, 60, 3_600, bandit=Bandit(3_600, metric="revenue", start=2_000))
    found = trial(step, Served({CANARY: 2_000}, 0.0), [Period(0.0, (400.0, 500.0, 9e3, None, None, None))], 60.0)
    assert found.results == (Result("stable", 400, 500.0), Result("canary", 0, 0.0))
    assert found.bandit is not None
    assert found.bandit.sentence.endswith("; revenue: stable 1.25 for each of 400")
