"""Functions are killed at every kind of call that they make, and then the sandbox, by real Terraform and workflow.

Rollouts run and are killed all at the same time, each at calls of its own; see `tests.e2e.crash.points`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.rollout.state import Kind, Phase
from tests.e2e.crash.killer import Kill, Killer
from tests.e2e.crash.points import ALARMED, CALLS, CALM, OUTLIVED, STUCK, everywhere
from tests.e2e.crash.stage import ENVIRONMENT, PATIENT, QUICK, SLOW, Stage, endpoint, stage
from tests.stacks.test_deploy import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambdas.rollout.plan import Plan

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(900)]

HALF = {"stable": 5_000, "canary": 5_000}
STABLE, CANARY = {"stable": 10_000, "canary": 0}, {"stable": 0, "canary": 10_000}
ON_THE_WAY = [Kind.BEGIN, Kind.ADVANCE, Kind.ADVANCE, Kind.PROMOTE]
OFTEN, SELDOM = 0.25, 1.0
"""Seconds between requests: a rollout that shall pass needs evidence."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """All rollouts, ended; but one that waits for traffic, and one whose workflow has failed."""
    killer = _killer({**CALM, **ALARMED})
    plans = dict.fromkeys(CALM, QUICK) | dict.fromkeys((*ALARMED, STUCK), SLOW) | {OUTLIVED: PATIENT}
    with stage(tmp_path_factory.mktemp("crash"), [endpoint(*each) for each in plans.items()], killer) as made:
        for name in CALM:
            made.traffic.begin(name, OFTEN)
        for name in (*ALARMED, STUCK):
            made.traffic.begin(name, SELDOM)
        made.doom(STUCK, "advance")
        made.ring(STUCK)
        for name in ALARMED:
            made.ring_after_a_look(name)
        made.await_ends((*CALM, *ALARMED), timeout=240)
        yield made


def _killer(orders: Mapping[str, list[Kill]]) -> Killer:
    killer = Killer()
    for name, kills in orders.items():
        killer.order(name, kills)
    return killer


@pytest.mark.parametrize("name", CALM)
def test_a_rollout_goes_on_where_its_functions_were_killed(killed: Stage, name: str) -> None:
    assert killed.killer.left(name) == [], killed.story(name)
    assert killed.rollout(name).phase is Phase.PROMOTED, killed.story(name)
    assert killed.weights(name) == CANARY
    assert [entry.kind for entry in killed.history(name) if entry.kind is not Kind.HOLD] == ON_THE_WAY


@pytest.mark.parametrize("name", ALARMED)
def test_a_rollback_is_finished_where_its_functions_were_killed(killed: Stage, name: str) -> None:
    assert killed.killer.left(name) == [], killed.story(name)
    assert killed.rollout(name).phase is Phase.ROLLED_BACK, killed.story(name)
    assert killed.weights(name) == STABLE
    assert [entry.kind for entry in killed.history(name) if entry.kind is not Kind.HOLD] == [
        Kind.BEGIN,
        Kind.ADVANCE,
        Kind.ROLL_BACK,
        Kind.ROLL_BACK,
    ]


def test_no_caller_noticed(killed: Stage) -> None:
    answers = killed.traffic.answers

    assert {name: sum(counted.values()) > 20 for name, counted in answers.items()} == dict.fromkeys(
        (*CALM, *ALARMED, STUCK), True
    )
    assert {who for counted in answers.values() for who in counted} == {"one", "two"}


@pytest.mark.parametrize("name", [*CALM, *ALARMED])
def test_people_are_told_of_each_decision_though_its_function_was_killed(killed: Stage, name: str) -> None:
    assert killed.untold(name) == [], killed.story(name)


def test_the_retries_sufficed(killed: Stage) -> None:
    for name in (*CALM, *ALARMED):
        assert set(killed.workflows(name)) == {"SUCCEEDED"}


def test_no_kind_of_call_was_left_out(killed: Stage) -> None:
    seen = {call for counted in killed.killer.seen.values() for call in counted}
    after = {kill.point[:2] for kills in killed.killer.done.values() for kill in kills if kill.when == "after"}

    assert seen == {(function, call) for function, calls in CALLS.items() for call in calls}
    assert after == seen


def test_an_abort_restarts_what_no_retry_could_save(killed: Stage) -> None:
    eventually(lambda: set(killed.workflows(STUCK)) == {"FAILED"}, timeout=60)
    assert killed.rollout(STUCK).phase is Phase.ROLLING_BACK, killed.story(STUCK)

    killed.killer.doomed.clear()
    killed.abort(STUCK)

    killed.await_ends([STUCK], timeout=120)
    assert killed.rollout(STUCK).phase is Phase.ROLLED_BACK
    assert killed.weights(STUCK) == STABLE


def test_the_sandbox_is_killed_in_a_bake_and_the_rollout_ends_right(killed: Stage) -> None:
    before = killed.history(OUTLIVED)
    assert (killed.rollout(OUTLIVED).phase, killed.weights(OUTLIVED)) == (Phase.PROGRESSING, HALF)

    killed.killed_and_back()

    assert killed.weights(OUTLIVED) == HALF
    killed.traffic.begin(OUTLIVED, OFTEN)
    killed.await_ends([OUTLIVED], timeout=180)
    assert killed.rollout(OUTLIVED).phase is Phase.PROMOTED
    assert killed.weights(OUTLIVED) == CANARY
    assert killed.history(OUTLIVED)[: len(before)] == before
    assert killed.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


@pytest.mark.tour
@pytest.mark.parametrize(
    ("name", "plan", "calls", "sure"),
    [("calm", QUICK, 110, 50), ("alarmed", SLOW, 90, 40)],
    ids=["rollout", "rollback"],
)
def test_wherever_it_is_killed_it_ends_right(tmp_path: Path, name: str, plan: Plan, calls: int, sure: int) -> None:
    """Each call of a rollout or of a rollback, by its number; a few more than there are without kills.

    Every one of them comes to the first `sure` calls; to those after, only some do.
    """
    swept = everywhere(name, calls, apart=14)
    with stage(tmp_path, [endpoint(each, plan) for each in swept], _killer(swept)) as made:
        for each in swept:
            made.traffic.begin(each, OFTEN if name == "calm" else SELDOM)
        if name == "alarmed":
            for each in swept:
                made.ring_after_a_look(each)
        made.await_ends(swept, timeout=600)

        killed_after = {kill.point.nth for each in swept for kill in made.killer.done[each]}
        assert killed_after >= set(range(1, sure + 1))
        right = (Phase.PROMOTED, CANARY) if name == "calm" else (Phase.ROLLED_BACK, STABLE)
        for each in swept:
            assert made.untold(each) == [], made.story(each)
            assert (made.rollout(each).phase, made.weights(each)) == right, made.story(each)
