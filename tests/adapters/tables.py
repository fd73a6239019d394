"""Tables as the control stack makes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.documents import encode_release
from tests.examples import RELEASE, live
from tests.fakes import FakeWorld

if TYPE_CHECKING:
    from tests.conftest import Sandbox


def ledger_table(sandbox: Sandbox) -> str:
    """An empty ledger; its name."""
    name = sandbox.name("ledger")
    sandbox.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "endpoint", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("endpoint", "item")],
    )
    return name


def world_on_a_table(sandbox: Sandbox) -> tuple[FakeWorld, DynamoDBLedger]:
    """A world whose ledger is a real table, with a release that has no number, as version 1 wrote it."""
    client, table = sandbox.client("dynamodb"), ledger_table(sandbox)
    ledger = DynamoDBLedger(client, table)
    made = FakeWorld()
    made.world = replace(made.world, ledger=ledger, outbox=ledger)
    made.endpoints.lives["mortgage"] = live()
    item = {"endpoint": "mortgage", "item": "release", "document": encode_release(RELEASE)}
    client.put_item(TableName=table, Item={key: {"S": text} for key, text in item.items()})
    return made, ledger
