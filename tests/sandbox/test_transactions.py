"""DynamoDB's transactions: all or nothing, and nobody else's writes undone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.conftest import Sandbox


@pytest.fixture
def table(sandbox: Sandbox) -> tuple[Any, str]:
    client, name = sandbox.client("dynamodb"), sandbox.name("table")
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client, name


def _put(name: str, key: str, value: str, **condition: Any) -> Any:
    return {"Put": {"TableName": name, "Item": {"id": {"S": key}, "value": {"S": value}}, **condition}}


def _value(client: Any, name: str, key: str) -> str | None:
    item = client.get_item(TableName=name, Key={"id": {"S": key}}, ConsistentRead=True).get("Item")
    return str(item["value"]["S"]) if item else None


def test_a_cancelled_transaction_leaves_what_was_there(table: tuple[Any, str]) -> None:
    client, name = table
    client.transact_write_items(TransactItems=[_put(name, "a", "old")])
    never = {"ConditionExpression": "attribute_not_exists(id)"}
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client.transact_write_items(
            TransactItems=[_put(name, "b", "new"), _put(name, "c", "new"), _put(name, "a", "new", **never)]
        )
    assert [_value(client, name, key) for key in "abc"] == ["old", None, None]


def test_a_cancelled_transaction_undoes_nobody_elses_writes(table: tuple[Any, str], sandbox: Sandbox) -> None:
    client, name = table
    client.transact_write_items(TransactItems=[_put(name, "taken", "old")])
    never = {"ConditionExpression": "attribute_not_exists(id)"}

    def fail() -> None:
        mine = sandbox.client("dynamodb")
        for number in range(60):
            with pytest.raises(ClientError):
                mine.transact_write_items(
                    TransactItems=[_put(name, f"lost-{number}", "x"), _put(name, "taken", "new", **never)]
                )

    failing = threading.Thread(target=fail)
    failing.start()
    for number in range(120):
        client.put_item(TableName=name, Item={"id": {"S": f"kept-{number}"}, "value": {"S": "mine"}})
    failing.join()
    assert all(_value(client, name, f"kept-{number}") == "mine" for number in range(120))
    assert _value(client, name, "lost-59") is None
