"""One contract for every ledger and its outbox: in memory, and DynamoDB over the sandbox."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import boto3
import pytest

from benchmarks.load.account import Account
from benchmarks.load.clock import Clock
from benchmarks.load.ledger import Table
from benchmarks.load.limits import NONE
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.documents import DamagedDocumentError, encode_release
from lambdas.rollout.letter import Letter
from lambdas.rollout.ports import ConflictError, Ledger, Outbox
from lambdas.rollout.state import EndpointState, Entry, Kind, Phase
from tests.adapters.tables import ledger_table
from tests.examples import RELEASE
from tests.fakes import MemoryLedger

if TYPE_CHECKING:
    from tests.conftest import Sandbox


class MailingLedger(Ledger, Outbox, Protocol):
    """A ledger, and the outbox of its letters."""


STATE = EndpointState("mortgage", 1, proven=("v1",))


def _entry(revision: int, rollout: int = 1) -> Entry:
    return Entry("mortgage", rollout, revision, 1.5, Kind.HOLD, "workflow", "baking", Phase.PENDING, -1, 0, None)


def _table(sandbox: Sandbox) -> DynamoDBLedger:
    name, client = ledger_table(sandbox), sandbox.client("dynamodb")
    release = {"endpoint": "mortgage", "item": "release", "document": encode_release(RELEASE)}
    client.put_item(TableName=name, Item={k: {"S": v} for k, v in release.items()})
    return DynamoDBLedger(client, name)


def _in_load() -> DynamoDBLedger:
    """The adapter over the table in memory that loads are run on."""
    account = Account(Clock(), NONE)
    Table(account).put("mortgage", "release", encode_release(RELEASE))
    with account.open():
        return DynamoDBLedger(boto3.client("dynamodb"), "ledger")


@pytest.fixture(params=["memory", "load", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> MailingLedger:
    if request.param == "load":
        return _in_load()
    if request.param == "dynamodb":
        return _table(request.getfixturevalue("sandbox"))
    memory = MemoryLedger()
    memory.releases["mortgage"] = RELEASE
    return memory


def test_an_unknown_endpoint_has_revision_0(ledger: Ledger) -> None:
    assert ledger.load("nowhere") == EndpointState("nowhere")
    assert ledger.release("nowhere") is None
    assert ledger.history("nowhere", 1) == ()


def test_what_is_committed_is_loaded(ledger: Ledger) -> None:
    ledger.commit(STATE, _entry(1))
    assert ledger.load("mortgage") == STATE


def test_the_release_is_the_item_that_terraform_wrote(ledger: Ledger) -> None:
    assert ledger.release("mortgage") == RELEASE


@pytest.mark.parametrize("revision", [0, 1, 3, 7])
def test_only_the_next_revision_is_accepted(ledger: Ledger, revision: int) -> None:
    ledger.commit(STATE, None)
    with pytest.raises(ConflictError):
        ledger.commit(replace(STATE, revision=revision, proven=("other",)), _entry(revision))
    assert ledger.load("mortgage") == STATE
    assert ledger.history("mortgage", 1) == ()


def test_the_first_commit_must_be_revision_1(ledger: Ledger) -> None:
    with pytest.raises(ConflictError):
        ledger.commit(replace(STATE, revision=2), None)


def test_history_is_told_in_order_and_per_rollout(ledger: Ledger) -> None:
    for revision in range(1, 13):
        ledger.commit(replace(STATE, revision=revision), _entry(revision, rollout=1 if revision < 12 else 2))
    assert [entry.revision for entry in ledger.history("mortgage", 1)] == list(range(1, 12))
    assert ledger.history("mortgage", 2) == (_entry(12, rollout=2),)


def test_a_damaged_document_is_named(sandbox: Sandbox) -> None:
    table = _table(sandbox)
    table._client.put_item(
        TableName=table._table,
        Item={"endpoint": {"S": "m"}, "item": {"S": "state"}, "revision": {"N": "1"}, "document": {"S": '{"x": 1}'}},
    )
    with pytest.raises(DamagedDocumentError, match="EndpointState"):
        table.load("m")


def _letter(revision: int) -> Letter:
    return Letter("mortgage", revision, 1.5, "mortgage: rollout 1 (v2) PENDING at 0 %", "BEGIN on mortgage\n")


def test_a_letter_waits_until_it_was_sent(ledger: MailingLedger) -> None:
    for revision in (1, 2, 3):
        ledger.commit(
            replace(STATE, revision=revision), _entry(revision), _letter(revision) if revision != 2 else None
        )
    assert ledger.waiting("mortgage") == (_letter(1), _letter(3))
    assert ledger.waiting("nowhere") == ()

    for _ in range(2):
        ledger.sent(_letter(1))

    assert ledger.waiting("mortgage") == (_letter(3),)
    assert [entry.revision for entry in ledger.history("mortgage", 1)] == [1, 2, 3]


def test_there_is_no_letter_of_what_was_not_committed(ledger: MailingLedger) -> None:
    ledger.commit(STATE, None)
    with pytest.raises(ConflictError):
        ledger.commit(STATE, _entry(1), _letter(1))
    assert ledger.waiting("mortgage") == ()
