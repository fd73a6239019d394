"""Tables as the control stack makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
