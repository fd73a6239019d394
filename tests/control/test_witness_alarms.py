"""Alarms of endpoints that no alarm takes back: kept once per deployment, told, and the deployment stands."""

from __future__ import annotations

import pytest

from infra import patterns
from lambdas.control.witness import heed
from lambdas.rollout.native.line import deployments
from lambdas.rollout.native.sight import Fired
from lambdas.rollout.state import Kind, Phase
from lambdas.witness.request import parse
from tests.onlookers import ALARM, ENDPOINT, Watched, deployment

FIRED = Fired(ENDPOINT, ALARM, 2_000.0, "alarm x: errors above 5 %")


@pytest.fixture
def watched() -> Watched:
    seen = Watched()
    for shown in deployment("a", "b", 1_000.0):
        seen.looks.now = shown
        heed(seen.onlooker, shown)
    seen.notifier.told.clear()
    return seen


def test_it_is_kept_with_the_deployment_and_people_are_told_once(watched: Watched) -> None:
    for _ in range(3):
        heed(watched.onlooker, FIRED)
    (only,) = deployments(watched.history.recent(ENDPOINT, 100))
    assert (only.lines[-1].kind, only.lines[-1].reason) == (Kind.PAUSE, FIRED.reason)
    assert (only.phase, only.ended) == (Phase.PROMOTED, True)
    ((subject, text),) = watched.notifier.told
    assert subject == "documents: an alarm fires, and nothing is taken back"
    assert "errors above 5 %" in text


def test_each_deployment_and_each_alarm_is_told_of(watched: Watched) -> None:
    heed(watched.onlooker, FIRED)
    heed(watched.onlooker, FIRED._replace(alarm="another"))
    for shown in deployment("b", "c", 3_000.0):
        watched.looks.now = shown
        heed(watched.onlooker, shown)
    heed(watched.onlooker, FIRED._replace(at=4_000.0))
    first, second = deployments(watched.history.recent(ENDPOINT, 100))
    assert [sum(line.kind is Kind.PAUSE for line in each.lines) for each in (first, second)] == [2, 1]


def test_an_alarm_in_mid_deployment_does_not_hide_its_end() -> None:
    seen = Watched()
    *before, end = deployment("a", "b", 1_000.0)
    for shown in before:
        seen.looks.now = shown
        heed(seen.onlooker, shown)
    heed(seen.onlooker, FIRED._replace(at=1_080.0))
    (only,) = deployments(seen.history.recent(ENDPOINT, 100))
    assert (only.phase, only.ended) == (Phase.PROGRESSING, False)
    seen.looks.now = end
    heed(seen.onlooker, end)
    (only,) = deployments(seen.history.recent(ENDPOINT, 100))
    assert (only.phase, only.ended) == (Phase.PROMOTED, True)


def test_before_any_deployment_people_are_told_all_the_same() -> None:
    seen = Watched()
    assert heed(seen.onlooker, FIRED) == ()
    assert len(seen.notifier.told) == 1


def test_an_alarms_event_names_its_endpoint() -> None:
    state = {"value": "ALARM", "timestamp": "1970-01-01T00:33:20.000+0000", "reason": "2 datapoints"}
    detail = {"alarmName": ALARM, "state": state, "configuration": {"description": "errors above 5 %"}}
    assert parse({"detail": detail}) == Fired(
        ENDPOINT, ALARM, 2_000.0, f"alarm {ALARM}: errors above 5 % (2 datapoints)"
    )


def test_only_alarms_that_nothing_is_taken_back_by_wake_the_function() -> None:
    (alone,) = patterns.deployment(["a"])
    (both,) = patterns.deployment(["a"], ["serinus.prod.a.stable.error_rate"])
    done, fired = both["$or"]
    assert done == alone
    assert fired["detail"] == {"alarmName": ["serinus.prod.a.stable.error_rate"], "state": {"value": ["ALARM"]}}
