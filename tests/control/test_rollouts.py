"""Whole rollouts through the real shell and core, over in-memory ports, with time told explicitly."""

from dataclasses import replace

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.control.take_back import take_back
from lambdas.rollout.operate import NotPossibleError, Wish
from lambdas.rollout.ports import EndpointBusyError, Firing
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.examples import RELEASE, broken, healthy, live
from tests.fakes import FakeWorld


def _deployed() -> FakeWorld:
    fake = FakeWorld()
    fake.ledger.releases["mortgage"] = RELEASE
    fake.endpoints.lives["mortgage"] = live()
    return fake


def _rollout(fake: FakeWorld) -> Rollout:
    rollout = fake.ledger.load("mortgage").rollout
    assert rollout is not None
    return rollout


def _canary_weight(fake: FakeWorld) -> int:
    return fake.endpoints.lives["mortgage"].canary_weight


def _serve(fake: FakeWorld, periods: int, *, bad: int = 0) -> None:
    """Let traffic flow and the workflow look, period by period."""
    for _ in range(periods):
        weight = _canary_weight(fake)
        table = broken(fake.time, bad=bad, weight=weight) if bad else healthy(fake.time, weight=weight)
        fake.metrics.tables.append(table)
        fake.time += 60
        advance(fake.world, "mortgage")


def test_a_healthy_canary_is_promoted_step_by_step_with_an_approval() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    assert list(fake.workflow.started) == ["mortgage-1-0"]
    _serve(fake, 9)
    assert (_rollout(fake).phase, _rollout(fake).awaits, _canary_weight(fake)) == (Phase.PAUSED, 2, 5_000)
    grant_wish(fake.world, "mortgage", Wish.PROMOTE, who="ada")
    assert len(fake.workflow.started) == 2
    _serve(fake, 5)
    assert (_rollout(fake).phase, _canary_weight(fake)) == (Phase.PROMOTED, 10_000)
    assert fake.endpoints.writes == [1_000, 5_000, 10_000]
    assert "v2" in fake.ledger.load("mortgage").proven
    kinds = [e.kind for e in fake.ledger.history("mortgage", 1) if e.kind is not Kind.HOLD]
    assert kinds == [Kind.BEGIN, Kind.ADVANCE, Kind.ADVANCE, Kind.PAUSE, Kind.ADVANCE, Kind.PROMOTE]
    assert [e.cause for e in fake.ledger.history("mortgage", 1) if e.kind is Kind.ADVANCE][-1] == "operator ada"


def test_a_broken_canary_is_taken_back_by_the_judge_and_people_are_told_the_numbers() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    assert _canary_weight(fake) == 1_000
    _serve(fake, 1, bad=60)
    assert (_rollout(fake).phase, _canary_weight(fake)) == (Phase.ROLLING_BACK, 0)
    subject, text = fake.notifier.told[-1]
    assert "rollout 1 (v2) ROLLING_BACK at 0 %" in subject
    assert "60 of" in text
    for _ in range(3):
        fake.time += 31
        advance(fake.world, "mortgage")
    assert _rollout(fake).phase is Phase.ROLLED_BACK
    assert "v2" not in fake.ledger.load("mortgage").proven


def test_an_alarm_takes_back_at_once_and_once() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    for _ in range(3):
        take_back(fake.world, "mortgage", cause="alarm a", reason="alarm a: 20 > 5", alarm_since=fake.time)
    assert (_canary_weight(fake), fake.endpoints.writes) == (0, [1_000, 0])
    kinds = [e.kind for e in fake.ledger.history("mortgage", 1)]
    assert kinds.count(Kind.ROLL_BACK) == 1


def test_an_alarm_of_an_earlier_rollout_that_arrives_late_does_nothing() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    late = take_back(fake.world, "mortgage", cause="alarm a", reason="old", alarm_since=_rollout(fake).began - 1)
    assert late is None
    assert _rollout(fake).phase is Phase.PROGRESSING


def test_an_alarm_whose_event_was_lost_is_seen_by_the_next_look() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    fake.metrics.alarms.append(Firing(RELEASE.alarms[0], fake.time, "20 > 5"))
    _serve(fake, 1)
    assert (_rollout(fake).phase, _canary_weight(fake)) == (Phase.ROLLING_BACK, 0)


def test_a_rollback_while_sagemaker_is_updating_is_intended_at_once_and_done_by_the_workflow() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    fake.endpoints.busy = True
    take_back(fake.world, "mortgage", cause="operator ada", reason="it lies")
    assert (_rollout(fake).phase, _canary_weight(fake)) == (Phase.ROLLING_BACK, 1_000)
    assert advance(fake.world, "mortgage").again_in is not None
    fake.endpoints.busy = False
    advance(fake.world, "mortgage")
    assert _canary_weight(fake) == 0


def test_a_rollback_reads_no_metrics_and_no_alarms() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    fake.metrics.broken = True
    take_back(fake.world, "mortgage", cause="operator ada", reason="it lies")
    for _ in range(3):
        fake.time += 31
        advance(fake.world, "mortgage")
    assert (_rollout(fake).phase, _canary_weight(fake)) == (Phase.ROLLED_BACK, 0)


def test_silent_metrics_fail_the_look_so_that_the_workflow_rolls_back() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    fake.metrics.broken = True
    with pytest.raises(RuntimeError, match="CloudWatch"):
        advance(fake.world, "mortgage")


def test_begin_any_number_of_times_is_begin_once() -> None:
    fake = _deployed()
    for _ in range(5):
        begin_rollout(fake.world, "mortgage")
    assert [entry.kind for entry in fake.ledger.entries] == [Kind.BEGIN]
    assert list(fake.workflow.started) == ["mortgage-1-0"]


def test_a_rolled_back_version_is_not_started_again_by_later_events() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 3, bad=60)
    for _ in range(3):
        fake.time += 31
        advance(fake.world, "mortgage")
    begin_rollout(fake.world, "mortgage")
    assert _rollout(fake).phase is Phase.ROLLED_BACK


def test_nothing_begins_while_something_else_is_live() -> None:
    fake = _deployed()
    fake.endpoints.lives["mortgage"] = live(replace(RELEASE, pair="cccc3333"))
    assert begin_rollout(fake.world, "mortgage") is None
    assert fake.ledger.entries == []


def test_a_begin_that_comes_before_sagemaker_shows_it_is_asked_again() -> None:
    fake = _deployed()
    fake.endpoints.lives["mortgage"] = live(status="Updating")
    with pytest.raises(EndpointBusyError, match="mortgage is Updating; v2 must wait"):
        begin_rollout(fake.world, "mortgage")
    fake.endpoints.lives["mortgage"] = live()
    begin_rollout(fake.world, "mortgage")
    fake.endpoints.lives["mortgage"] = live(status="Updating")
    assert begin_rollout(fake.world, "mortgage") is None  # it has begun; the workflow waits by itself
    assert [entry.kind for entry in fake.ledger.entries] == [Kind.BEGIN]


def test_a_deploy_of_another_canary_supersedes_and_begins_anew() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    other = replace(RELEASE, canary="v3", pair="cccc3333")
    fake.ledger.releases["mortgage"] = other
    fake.endpoints.lives["mortgage"] = live(other)
    begin_rollout(fake.world, "mortgage")
    assert (_rollout(fake).number, _rollout(fake).canary, _rollout(fake).phase) == (2, "v3", Phase.PENDING)
    assert fake.ledger.history("mortgage", 1)[-1].phase is Phase.SUPERSEDED


def test_weights_are_never_written_to_another_pair() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    _serve(fake, 2)
    fake.endpoints.lives["mortgage"] = live(replace(RELEASE, pair="cccc3333"))
    take_back(fake.world, "mortgage", cause="operator ada", reason="it lies")
    assert fake.endpoints.writes == [1_000]


def test_a_deploy_without_canary_proves_its_stable_version() -> None:
    fake = FakeWorld()
    only = replace(RELEASE, canary=None, plan=None, alarms=())
    fake.ledger.releases["mortgage"] = only
    fake.endpoints.lives["mortgage"] = live(only)
    for _ in range(3):
        begin_rollout(fake.world, "mortgage")
    assert fake.ledger.load("mortgage").proven == ("v1",)
    assert fake.ledger.load("mortgage").revision == 1


def test_a_wish_without_a_rollout_says_so() -> None:
    with pytest.raises(NotPossibleError, match="no rollout is in progress on mortgage"):
        grant_wish(_deployed().world, "mortgage", Wish.PAUSE, who="ada")


def test_a_long_rollout_asks_for_a_new_execution_before_step_functions_ends_the_old_one() -> None:
    fake = _deployed()
    begin_rollout(fake.world, "mortgage")
    look = advance(fake.world, "mortgage")
    assert look.following(running_for=60.0) == "wait"
    assert look.following(running_for=4_000.0) == "renew"
    assert advance(FakeWorld().world, "mortgage").following(running_for=4_000.0) == "done"
