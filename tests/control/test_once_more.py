"""A canary that was rolled back and has traffic again, and an endpoint that SageMaker is still working on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.enforce import enforce
from lambdas.control.take_back import take_back
from lambdas.rollout.plan import Routing
from lambdas.rollout.ports import EndpointBusyError
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.examples import PLAN, RELEASE, healthy, live
from tests.fakes import FakeWorld, with_weight


def _serving() -> FakeWorld:
    fake = FakeWorld()
    fake.ledger.releases["mortgage"] = RELEASE
    fake.endpoints.lives["mortgage"] = live()
    begin_rollout(fake.world, "mortgage")
    _look(fake, 2)
    return fake


def _look(fake: FakeWorld, times: int) -> None:
    for _ in range(times):
        fake.metrics.tables.append(healthy(fake.time, weight=fake.endpoints.lives["mortgage"].canary_weight))
        fake.time += 60
        advance(fake.world, "mortgage")


def _rolled_back() -> FakeWorld:
    fake = _serving()
    take_back(fake.world, "mortgage", cause="alarm a", reason="20 > 5", alarm_since=fake.time)
    _look(fake, 3)
    assert _rollout(fake).phase is Phase.ROLLED_BACK
    fake.workflow.started.clear()
    return fake


def _rollout(fake: FakeWorld) -> Rollout:
    rollout = fake.ledger.load("mortgage").rollout
    assert rollout is not None
    return rollout


def _give(fake: FakeWorld, weight: int) -> None:
    """Somebody who is not Serinus changes the weights; SageMaker says that it is in service."""
    fake.endpoints.lives["mortgage"] = with_weight(fake.endpoints.lives["mortgage"], weight)
    begin_rollout(fake.world, "mortgage")


def test_a_canary_that_was_rolled_back_and_gets_traffic_again_is_taken_back_again() -> None:
    fake = _rolled_back()
    _give(fake, 1_000)
    assert (_rollout(fake).phase, len(fake.workflow.started)) == (Phase.ROLLING_BACK, 1)
    assert "its canary has traffic again: InService, canary at 10 %" in fake.notifier.told[-1][1]
    _look(fake, 3)
    assert (_rollout(fake).phase, fake.endpoints.lives["mortgage"].canary_weight) == (Phase.ROLLED_BACK, 0)


def test_an_execution_that_could_not_be_started_is_started_by_the_next_event() -> None:
    fake = _rolled_back()
    _give(fake, 1_000)
    fake.workflow.started.clear()
    begin_rollout(fake.world, "mortgage")
    assert len(fake.workflow.started) == 1


def test_what_is_at_rest_is_left_at_rest() -> None:
    fake = _rolled_back()
    before = fake.ledger.load("mortgage")
    begin_rollout(fake.world, "mortgage")
    assert (fake.ledger.load("mortgage"), fake.workflow.started) == (before, {})


def test_less_than_was_promoted_may_be_somebodys_wish() -> None:
    fake = _serving()
    state = fake.ledger.load("mortgage")
    promoted = replace(_rollout(fake), phase=Phase.PROMOTED, weight=10_000)
    fake.ledger.states["mortgage"] = replace(state, rollout=promoted)
    _give(fake, 1_000)
    assert (_rollout(fake).phase, fake.endpoints.writes) == (Phase.PROMOTED, [1_000])


def _updating(routing: Routing) -> FakeWorld:
    """Somebody else's change is under way, and the rollback has yet to be asked for."""
    fake = _serving()
    release = replace(RELEASE, plan=replace(PLAN, routing=routing))
    state, back = fake.ledger.load("mortgage"), replace(_rollout(fake), phase=Phase.ROLLING_BACK, weight=0)
    fake.ledger.states["mortgage"] = replace(state, rollout=replace(back, release=release))
    fake.endpoints.lives["mortgage"] = live(weight=1_000, status="Updating")
    fake.endpoints.writes.clear()
    return fake


def test_nothing_is_asked_of_an_endpoint_that_sagemaker_is_working_on() -> None:
    fake = _updating(Routing.WEIGHTS)
    with pytest.raises(EndpointBusyError, match="mortgage is Updating"):
        enforce(fake.world, fake.ledger.load("mortgage"))
    assert fake.endpoints.writes == []


def test_a_router_hears_of_a_rollback_whatever_sagemaker_is_working_on() -> None:
    fake = _updating(Routing.STICKY)
    enforce(fake.world, fake.ledger.load("mortgage"))
    assert fake.endpoints.writes == [0]


def test_the_history_says_why_it_goes_back_again() -> None:
    fake = _rolled_back()
    _give(fake, 2_500)
    last = fake.ledger.history("mortgage", 1)[-1]
    assert (last.kind, last.cause, last.weight) == (Kind.ROLL_BACK, "deploy", 0)
    assert "25 %" in last.reason
