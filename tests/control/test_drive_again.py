"""A rollback that nobody looks after any more, asked for once more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.control.begin import begin_rollout
from lambdas.control.drive_again import drive_again
from lambdas.control.take_back import take_back
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.state import Kind, Phase
from tests.examples import RELEASE, live
from tests.fakes import FakeWorld, MemoryLedger

if TYPE_CHECKING:
    from lambdas.rollout.letter import Letter
    from lambdas.rollout.state import EndpointState, Entry


class LateOnce(MemoryLedger):
    """The same ledger, in which somebody else's decision comes first, once."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self.__dict__.update(vars(ledger))
        self.late = True

    def commit(self, state: EndpointState, entry: Entry | None, letter: Letter | None = None) -> None:
        if self.late:
            self.late = False
            raise ConflictError("mortgage")
        super().commit(state, entry, letter)


def _begun() -> FakeWorld:
    fake = FakeWorld()
    fake.ledger.releases["mortgage"] = RELEASE
    fake.endpoints.lives["mortgage"] = live()
    begin_rollout(fake.world, "mortgage")
    return fake


def test_a_rollback_gets_a_workflow_under_a_name_that_is_free() -> None:
    fake = _begun()
    take_back(fake.world, "mortgage", cause="alarm a", reason="20 > 5")
    names = set(fake.workflow.started)
    contested = LateOnce(fake.ledger)

    asked = drive_again(
        replace(fake.world, ledger=contested), "mortgage", cause="operator test", reason="it stands still"
    )

    assert len(set(fake.workflow.started) - names) == 1
    last = fake.ledger.history("mortgage", 1)[-1]
    assert asked is not None
    assert (last.kind, last.phase, last.reason) == (Kind.HOLD, Phase.ROLLING_BACK, asked.reason)
    assert not contested.late


def test_what_is_not_on_its_way_back_is_left_alone() -> None:
    fake = _begun()
    before = dict(fake.workflow.started)

    assert drive_again(fake.world, "mortgage", cause="operator test", reason="") is None
    assert drive_again(FakeWorld().world, "mortgage", cause="operator test", reason="") is None
    assert fake.workflow.started == before
