"""The alarms of guardrails, as CloudWatch would evaluate them."""

from __future__ import annotations

import pytest
from numpy.random import default_rng

from lambdas.rollout.guardrails import Alarm, ErrorRate, Latency, Quality
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.plan import Plan
from simulation.alarms import GrossAlarm, alarms
from simulation.course import Course
from simulation.scenarios import scenario
from simulation.stream import Drawn
from simulation.traffic import Traffic


def drawn(canary: Arm, stable: Arm, words: str = "healthy", *, lost: bool = False) -> Drawn:
    now = Course(Traffic(50.0), scenario(words), 0.0, 0.0).at(0.0)
    return Drawn(now, Table(0.0, canary, stable), canary_lost=lost, stable_lost=lost)


def goes_off(alarm: GrossAlarm, *periods: Drawn) -> list[bool]:
    return [alarm.evaluate(period, 60.0 * i, default_rng(1)) for i, period in enumerate(periods)]


BROKEN, FINE = drawn(Arm(60, 200), Arm(5, 1_000)), drawn(Arm(1, 200), Arm(5, 1_000))


def test_it_goes_off_once_when_enough_of_the_last_periods_were_breached() -> None:
    alarm = GrossAlarm("e", ErrorRate(alarm=Alarm(breaches=2, periods=3)))
    assert goes_off(alarm, BROKEN, FINE, FINE, BROKEN, FINE, BROKEN, BROKEN) == [False] * 5 + [True, False]
    assert alarm.firing
    assert alarm.firing.since == 300.0
    goes_off(alarm, FINE, FINE)
    assert alarm.firing is None


@pytest.mark.parametrize(
    ("period", "breached"),
    [
        (BROKEN, True),
        (FINE, False),
        (drawn(Arm(15, 19), Arm(5, 1_000)), False),  # too few requests
        (drawn(Arm(60, 200), Arm(300, 1_000)), False),  # stable fails as often
        (drawn(Arm(8, 30), Arm(5, 1_000)), True),
        (drawn(Arm(3, 30), Arm(5, 1_000)), False),  # chance does that
        (drawn(Arm(60, 200), Arm(0, 0)), True),  # at full weight
        (drawn(Arm(60, 200), Arm(5, 1_000), lost=True), False),
    ],
)
def test_an_error_alarm_sees_what_exceeds_stable_and_chance(period: Drawn, breached: bool) -> None:  # noqa: FBT001
    assert goes_off(GrossAlarm("e", ErrorRate(alarm=Alarm(1, 1))), period) == [breached]


def test_a_latency_alarm_compares_percentiles() -> None:
    alarm, many = Latency(alarm=Alarm(1, 1)), Arm(0, 5_000)
    assert goes_off(GrossAlarm("l", alarm), drawn(many, many, "slow=2")) == [True]
    assert goes_off(GrossAlarm("l", alarm), drawn(many, many)) == [False]
    assert goes_off(GrossAlarm("l", alarm), drawn(Arm(0, 19), many, "slow=2")) == [False]
    assert goes_off(GrossAlarm("l", alarm), drawn(many, Arm(0, 0), "slow=2")) == [False]


def test_only_what_is_compared_with_stable_has_an_alarm() -> None:
    plan = Plan((), (ErrorRate(), Latency(), ErrorRate(at_most=0.01), Latency(at_most=300), Quality("accuracy")))
    assert [alarm.name for alarm in alarms(plan)] == ["error_rate", "latency_p95"]
