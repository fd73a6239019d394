"""Looking on while SageMaker deploys: what is kept, what people are told, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.control.witness import witness
from lambdas.rollout.native.line import deployments
from lambdas.rollout.ports import Firing
from lambdas.rollout.state import EndpointState, Phase, Rollout
from tests.examples import RELEASE
from tests.onlookers import ALARM, ENDPOINT, Watched, deployment

if TYPE_CHECKING:
    from lambdas.rollout.native.sight import Sight


@pytest.fixture
def watched() -> Watched:
    return Watched()


def show(watched: Watched, sights: list[Sight]) -> None:
    for shown in sights:
        watched.looks.now = shown
        witness(watched.onlooker, shown)


def test_people_are_told_of_the_begin_and_the_end_once(watched: Watched) -> None:
    shown = list(deployment("a", "b", 1_000.0))
    show(watched, [*shown, shown[-1]])
    assert [subject for subject, _ in watched.notifier.told] == [
        "documents: SageMaker's deployment PENDING",
        "documents: SageMaker's deployment PROMOTED",
    ]


def test_a_rollback_is_told_with_the_alarms_that_fire(watched: Watched) -> None:
    watched.fakes.metrics.alarms = [Firing(ALARM, 1_050.0, "alarm x: errors above 5 %")]
    show(watched, list(deployment("a", "b", 1_000.0, back=True)))
    (only,) = deployments(watched.history.recent(ENDPOINT, 100))
    assert only.lines[-1].reason.endswith("a serves as before. alarms fired; alarm x: errors above 5 %")
    assert "alarm x" in watched.notifier.told[-1][1]


def test_what_an_event_says_is_kept_though_the_endpoint_is_gone(watched: Watched) -> None:
    first, *_ = deployment("a", "b", 1_000.0)
    assert [line.fact for line in witness(watched.onlooker, first)] == ["Begin", "new Creating"]


def test_an_event_that_was_lost_is_made_good_by_the_next_look(watched: Watched) -> None:
    creating, _, baking, *_, end = deployment("a", "b", 1_000.0)
    watched.looks.now = baking
    witness(watched.onlooker, creating)
    (only,) = deployments(watched.history.recent(ENDPOINT, 100))
    assert [line.fact for line in only.lines] == ["Begin", "new Creating", "new Baking"]
    watched.looks.now = end
    witness(watched.onlooker, baking)
    assert deployments(watched.history.recent(ENDPOINT, 100))[0].phase is Phase.PROMOTED


def test_no_rollout_is_touched(watched: Watched) -> None:
    rollout = Rollout(3, replace(RELEASE, endpoint=ENDPOINT), 1.0, phase=Phase.PROGRESSING)
    state = EndpointState(ENDPOINT, 1, rollout=rollout)
    watched.fakes.ledger.commit(state, None)
    show(watched, list(deployment("a", "b", 1_000.0, back=True)))
    assert watched.fakes.ledger.load(ENDPOINT) == state
    assert watched.fakes.ledger.entries == []
    assert watched.fakes.endpoints.writes == []
    assert watched.fakes.workflow.started == {}


def test_people_are_told_though_whoever_looked_died_before_the_line_was_kept(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, end = shown = list(deployment("a", "b", 1_000.0))
    show(watched, shown[:-1])
    told = len(watched.notifier.told)
    with monkeypatch.context() as dying:
        dying.setattr(watched.history, "add", _dies)
        with pytest.raises(TimeoutError):
            show(watched, [end])

    show(watched, [end, end])  # Lambda calls it again, and another event comes

    assert [subject for subject, _ in watched.notifier.told[told:]] == [
        "documents: SageMaker's deployment PROMOTED"
    ] * 2


def _dies(_: object) -> bool:
    raise TimeoutError
