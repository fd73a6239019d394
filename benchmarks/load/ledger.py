"""DynamoDB as the ledger needs it: two keys, consistent reads, deletes, and transactions of conditional puts."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from benchmarks.load.account import Account, Answer, RefusedError

_NEXT = "revision = :before OR (:before = :none AND attribute_not_exists(revision))"
_NEW = "attribute_not_exists(endpoint)"


class Table:
    """The ledger's table; ``units`` are the read and write units that a bill would have (on demand)."""

    def __init__(self, account: Account) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.units: Counter[str] = Counter()
        account.operations["GetItem"] = self._get
        account.operations["TransactWriteItems"] = self._write
        account.operations["Query"] = self._query
        account.operations["DeleteItem"] = self._delete

    def put(self, endpoint: str, item: str, document: str) -> None:
        """Put an item as Terraform does."""
        self._put({"endpoint": {"S": endpoint}, "item": {"S": item}, "document": {"S": document}})

    def _get(self, asked: dict[str, Any]) -> Answer:
        found = self.items.get((asked["Key"]["endpoint"]["S"], asked["Key"]["item"]["S"]))
        self.units["read"] += math.ceil(_size(found) / 4_096) if found else 1
        return {"Item": found} if found else {}

    def _query(self, asked: dict[str, Any]) -> Answer:
        values = asked["ExpressionAttributeValues"]
        endpoint, prefix = values[":endpoint"]["S"], values[":prefix"]["S"]
        found = [self.items[key] for key in sorted(self.items) if key[0] == endpoint and key[1].startswith(prefix)]
        self.units["read"] += max(1, math.ceil(sum(map(_size, found)) / 4_096))
        return {"Items": found, "Count": len(found)}

    def _delete(self, asked: dict[str, Any]) -> Answer:
        found = self.items.pop((asked["Key"]["endpoint"]["S"], asked["Key"]["item"]["S"]), None)
        self.units["write"] += math.ceil(_size(found) / 1_024) if found else 1
        return {}

    def _write(self, asked: dict[str, Any]) -> Answer:
        puts = [each["Put"] for each in asked["TransactItems"]]
        reasons = [{"Code": "None" if self._holds(put) else "ConditionalCheckFailed"} for put in puts]
        for put in puts:
            self.units["write"] += 2 * math.ceil(_size(put["Item"]) / 1_024)
        if any(reason["Code"] != "None" for reason in reasons):
            raise RefusedError("TransactionCanceledException", "cancelled", CancellationReasons=reasons)
        for put in puts:
            self._put(put["Item"])
        return {}

    def _put(self, item: dict[str, Any]) -> None:
        self.items[item["endpoint"]["S"], item["item"]["S"]] = item

    def _holds(self, put: dict[str, Any]) -> bool:
        before = self.items.get((put["Item"]["endpoint"]["S"], put["Item"]["item"]["S"]))
        match put["ConditionExpression"]:
            case expression if expression == _NEW:
                return before is None
            case expression if expression == _NEXT:
                wanted = put["ExpressionAttributeValues"][":before"]["N"]
                return bool((before["revision"]["N"] if before else "0") == wanted)
            case other:
                raise NotImplementedError(other)


def _size(item: dict[str, Any]) -> int:
    """Count an item's bytes: names and values (DynamoDB developer guide, "Item sizes and formats")."""
    return sum(len(name) + sum(map(len, value.values())) for name, value in item.items())
