"""The ledger in DynamoDB: one table, key ``endpoint`` and ``item``.

Items are ``release``, ``state``, ``history#ROLLOUT#REVISION`` and ``letter#REVISION``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from lambdas.adapters.items import document, written
from lambdas.rollout.documents import DamagedDocumentError
from lambdas.rollout.letter import Letter
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

T = TypeVar("T")


class DynamoDBLedger:
    """Implements `lambdas.rollout.ports.Ledger`, and of its letters the `Outbox`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client, self._table = client, table

    def load(self, endpoint: str) -> EndpointState:
        """Read the state with a consistent GetItem."""
        item = self._item(endpoint, "state")
        return _state(item) if item else EndpointState(endpoint)

    def commit(self, state: EndpointState, entry: Entry | None, letter: Letter | None = None) -> None:
        """Write all in one transaction, on the condition that the revision is the next one."""
        writes = [self._put_state(state)]
        if entry:
            writes.append(self._put_new(entry, entry.endpoint, _line(entry.rollout, entry.revision)))
        if letter:
            writes.append(self._put_new(letter, letter.endpoint, _waits(letter.revision)))
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if is_conflict(error):
                raise ConflictError(f"{state.endpoint}: revision {state.revision} is taken") from error
            raise

    def release(self, endpoint: str) -> Release | None:
        """Read the item that Terraform wrote."""
        item = self._item(endpoint, "release")
        return document(Release, item) if item else None

    def history(self, endpoint: str, rollout: int) -> tuple[Entry, ...]:
        """Query the rollout's entries by key prefix."""
        return self._all(Entry, endpoint, _line(rollout))

    def waiting(self, endpoint: str) -> tuple[Letter, ...]:
        """Query the letters by key prefix."""
        return self._all(Letter, endpoint, _waits())

    def sent(self, letter: Letter) -> None:
        """Delete the item; nothing happens where there is none."""
        key = {"endpoint": {"S": letter.endpoint}, "item": {"S": _waits(letter.revision)}}
        self._client.delete_item(TableName=self._table, Key=key)

    def _all(self, kind: type[T], endpoint: str, prefix: str) -> tuple[T, ...]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="endpoint = :endpoint AND begins_with(#item, :prefix)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":endpoint": {"S": endpoint}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        return tuple(document(kind, item) for page in pages for item in page["Items"])

    def _item(self, endpoint: str, item: str) -> Mapping[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table, Key={"endpoint": {"S": endpoint}, "item": {"S": item}}, ConsistentRead=True
        )
        return answer.get("Item")

    def _put_state(self, state: EndpointState) -> TransactWriteItemTypeDef:
        return {
            "Put": {
                "TableName": self._table,
                "Item": {
                    **written(state, endpoint=state.endpoint, item="state"),
                    "revision": {"N": str(state.revision)},
                },
                "ConditionExpression": "revision = :before OR (:before = :none AND attribute_not_exists(revision))",
                "ExpressionAttributeValues": {":before": {"N": str(state.revision - 1)}, ":none": {"N": "0"}},
            }
        }

    def _put_new(self, document: object, endpoint: str, item: str) -> TransactWriteItemTypeDef:
        return {
            "Put": {
                "TableName": self._table,
                "Item": written(document, endpoint=endpoint, item=item),
                "ConditionExpression": "attribute_not_exists(endpoint)",
            }
        }


def _line(rollout: int, revision: int | None = None) -> str:
    """Key of a line of history, or the beginning of all keys of its rollout."""
    return f"history#{rollout:06d}#" + ("" if revision is None else f"{revision:09d}")


def _waits(revision: int | None = None) -> str:
    """Key of a letter, or the beginning of all their keys."""
    return "letter#" + ("" if revision is None else f"{revision:09d}")


def _state(item: Mapping[str, Any]) -> EndpointState:
    """Read a state that is its item's own: over any other one, nobody's commit would ever succeed."""
    state = document(EndpointState, item)
    known = item["endpoint"]["S"], item.get("revision", {}).get("N")
    if known != (state.endpoint, str(state.revision)):
        raise DamagedDocumentError(
            f"item {item['endpoint']['S']}/state: its document is that of {state.endpoint}, revision"
            f" {state.revision}, and its revision is {known[1]}"
        )
    return state


def is_conflict(error: ClientError) -> bool:
    """A condition that failed, or another transaction on the same item; anything else is a real error."""
    if error.response["Error"]["Code"] == "TransactionConflictException":
        return True
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") in ("ConditionalCheckFailed", "TransactionConflict") for reason in reasons)
