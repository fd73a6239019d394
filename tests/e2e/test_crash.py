"""Functions are killed at every call that they make: by real Terraform, zip and workflow, on one sandbox.

Rollouts are killed all at the same time, each at its own calls; see `tests.e2e.crash.points`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.rollout.state import Kind, Phase
from tests.e2e.crash.killer import Killer
from tests.e2e.crash.points import ALARMED, CALLS, CALM, OUTLIVED, STUCK, STUCK_ON_ITS_WAY_BACK
from tests.e2e.crash.stage import ENVIRONMENT, PATIENT, QUICK, SLOW, Stage, endpoint, eventually, stage

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(600)]

HALF = {"stable": 5_000, "canary": 5_000}
STABLE, CANARY = {"stable": 10_000, "canary": 0}, {"stable": 0, "canary": 10_000}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """All rollouts, ended."""
    killer = Killer()
    for name, kills in (CALM | ALARMED).items():
        killer.order(name, kills)
    plans = dict.fromkeys(CALM, QUICK) | {OUTLIVED: PATIENT}
    plans |= dict.fromkeys((*ALARMED, STUCK, STUCK_ON_ITS_WAY_BACK), SLOW)
    with stage(tmp_path_factory.mktemp("crash"), [endpoint(*each) for each in plans.items()], killer) as made:
        made.doom(STUCK, "advance", "rollback")
        made.doom(STUCK_ON_ITS_WAY_BACK, "advance")
        made.ring(STUCK_ON_ITS_WAY_BACK)
        for name in ALARMED:
            made.ring_after_a_look(name)
        eventually(lambda: all(made.ended(name) for name in (*CALM, *ALARMED)), timeout=240, every=2)
        yield made


@pytest.mark.parametrize("name", CALM)
def test_a_rollout_goes_on_where_its_functions_were_killed(killed: Stage, name: str) -> None:
    assert killed.killer.left(name) == [], killed.story(name)
    assert killed.rollout(name).phase is Phase.PROMOTED, killed.story(name)
    assert killed.weights(name) == CANARY
    assert [entry.kind for entry in killed.history(name) if entry.kind is not Kind.HOLD] == [
        Kind.BEGIN,
        Kind.ADVANCE,
        Kind.ADVANCE,
        Kind.PROMOTE,
    ]


@pytest.mark.parametrize("name", ALARMED)
def test_a_rollback_is_finished_where_its_functions_were_killed(killed: Stage, name: str) -> None:
    assert killed.killer.left(name) == [], killed.story(name)
    assert killed.rollout(name).phase is Phase.ROLLED_BACK, killed.story(name)
    assert killed.weights(name) == STABLE
    assert killed.history(name)[-1].phase is Phase.ROLLED_BACK
    assert [entry for entry in killed.history(name) if entry.kind is Kind.PROMOTE] == []


def test_no_caller_noticed(killed: Stage) -> None:
    assert all(sum(answers.values()) > 20 for answers in killed.traffic.answers.values())
    assert {who for answers in killed.traffic.answers.values() for who in answers} == {"one", "two"}


def test_the_retries_sufficed(killed: Stage) -> None:
    for name in CALM | ALARMED:
        eventually(lambda name=name: "RUNNING" not in killed.workflows(name), timeout=30)
        assert set(killed.workflows(name)) == {"SUCCEEDED"}


def test_no_kind_of_call_was_left_out(killed: Stage) -> None:
    seen = {call for counted in killed.killer.seen.values() for call in counted}

    assert seen == {(function, call) for function, calls in CALLS.items() for call in calls}
    for when in ("before", "after"):
        killed_at = {
            (kill.point.function, kill.point.call)
            for kills in killed.killer.done.values()
            for kill in kills
            if kill.when == when
        }
        assert killed_at == seen


@pytest.mark.parametrize(
    ("name", "stands"), [(STUCK, Phase.PROGRESSING), (STUCK_ON_ITS_WAY_BACK, Phase.ROLLING_BACK)]
)
def test_an_abort_restarts_what_no_retry_could_save(killed: Stage, name: str, stands: Phase) -> None:
    eventually(lambda: set(killed.workflows(name)) == {"FAILED"}, timeout=60)
    assert killed.rollout(name).phase is stands

    killed.killer.doomed.clear()
    killed.abort(name)

    eventually(lambda: killed.ended(name), timeout=60)
    assert killed.rollout(name).phase is Phase.ROLLED_BACK
    assert killed.weights(name) == STABLE


def test_the_sandbox_is_killed_in_a_bake_and_the_rollout_ends_right(killed: Stage) -> None:
    before = killed.history(OUTLIVED)
    assert (killed.rollout(OUTLIVED).phase, killed.weights(OUTLIVED)) == (Phase.PROGRESSING, HALF)

    killed.killed_and_back()

    assert killed.weights(OUTLIVED) == HALF
    eventually(lambda: killed.ended(OUTLIVED), timeout=120)
    assert killed.rollout(OUTLIVED).phase is Phase.PROMOTED
    assert killed.weights(OUTLIVED) == CANARY
    assert killed.history(OUTLIVED)[: len(before)] == before
    assert killed.terraform.plan(f"{ENVIRONMENT}-serving").code == 0
