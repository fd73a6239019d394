"""Pairs of captured answers in DynamoDB: one table, key ``item``, expiry in ``expires``.

Items of an endpoint's rollout are ``{endpoint}#{rollout}#`` and ``summary``, ``pair#{id}`` or ``file#{key}``. Each
is written on the condition that it is still what was read, and all that belongs together in one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.adapters.dynamodb import is_conflict
from lambdas.adapters.items import VERSION, document, written
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.shadow.join import Pair, Settled
from lambdas.rollout.shadow.ports import ShadowPeriod, Stored
from lambdas.rollout.shadow.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

_KEPT = 30 * 86_400
"""Seconds that an item is kept: longer than SQS can keep a message (14 days), so that no late one counts again."""
_WAITED = 2 * 86_400
"""Seconds that one side is kept while the other is missing: it was not copied, not captured, or failed."""


class DynamoDBPairs:
    """Implements `lambdas.rollout.shadow.ports.Pairs`; ``now`` tells seconds since the epoch."""

    def __init__(self, client: DynamoDBClient, table: str, now: Callable[[], float]) -> None:
        self._client, self._table, self._now = client, table, now

    def load(self, period: ShadowPeriod, ids: Collection[str]) -> Stored:
        """Read with consistent BatchGetItem; at most 99 ids."""
        summary, pairs = _key(period, "summary"), {_key(period, f"pair#{each}"): each for each in ids}
        found = self._get([summary, *pairs])
        known = found.get(summary)
        return Stored(
            revision=int(known["revision"]["N"]) if known else 0,
            summary=document(Summary, known) if known else Summary(),
            pairs={pairs[key]: document(Pair, item) for key, item in found.items() if key in pairs},
        )

    def commit(self, period: ShadowPeriod, before: Stored, settled: Settled) -> None:
        """Write pairs, and the summary if it changes, in one transaction."""
        writes = [
            self._put_pair(_key(period, f"pair#{each}"), before.pairs.get(each), pair)
            for each, pair in settled.pairs.items()
        ]
        if settled.summary != before.summary:
            writes.append(self._put_summary(period, before, settled.summary))
        self._write(writes)

    def is_read(self, period: ShadowPeriod, file: str) -> bool:
        """Look for the file's item."""
        key = _key(period, f"file#{file}")
        return key in self._get([key])

    def finish(self, period: ShadowPeriod, before: Stored, file: str, damaged: int) -> None:
        """Put the file's item; where it is there already, the file has been counted."""
        if self.is_read(period, file):
            return
        mark = {"item": {"S": _key(period, f"file#{file}")}, **VERSION}
        writes = [self._conditional(mark, _KEPT, "attribute_not_exists(#name)", "item")]
        if damaged:
            summary = before.summary._replace(damaged=before.summary.damaged + damaged)
            writes.append(self._put_summary(period, before, summary))
        self._write(writes)

    def _get(self, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        asked: Any = {self._table: {"Keys": [{"item": {"S": key}} for key in keys], "ConsistentRead": True}}
        while asked:
            answer = self._client.batch_get_item(RequestItems=asked)
            found |= {item["item"]["S"]: item for item in answer["Responses"].get(self._table, [])}
            asked = answer.get("UnprocessedKeys")
        return found

    def _put_pair(self, key: str, before: Pair | None, after: Pair) -> TransactWriteItemTypeDef:
        """Put a pair over what was read: nothing, or a side that waits, which nobody changes but by counting it."""
        item = {**written(after, item=key), "waiting": {"S": after.waiting}}
        kept = _KEPT if after.counted else _WAITED
        if before is None:
            return self._conditional(item, kept, "attribute_not_exists(#name)", "item")
        return self._conditional(item, kept, "#name = :before", "waiting", {"S": before.waiting})

    def _put_summary(self, period: ShadowPeriod, before: Stored, summary: Summary) -> TransactWriteItemTypeDef:
        revision = {"revision": {"N": str(before.revision + 1)}}
        item = written(summary, item=_key(period, "summary")) | revision
        if not before.revision:
            return self._conditional(item, _KEPT, "attribute_not_exists(#name)", "item")
        return self._conditional(item, _KEPT, "#name = :before", "revision", {"N": str(before.revision)})

    def _conditional(
        self,
        item: dict[str, Any],
        kept: int,
        condition: str,
        name: str,
        before: AttributeValueTypeDef | None = None,
    ) -> TransactWriteItemTypeDef:
        put: Any = {
            "TableName": self._table,
            "Item": {**item, "expires": {"N": str(int(self._now()) + kept)}},
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#name": name},
        }
        return {"Put": put | ({"ExpressionAttributeValues": {":before": before}} if before else {})}

    def _write(self, writes: list[TransactWriteItemTypeDef]) -> None:
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if is_conflict(error):
                raise ConflictError("somebody else counted first") from error
            raise


def _key(period: ShadowPeriod, name: str) -> str:
    return f"{period.endpoint}#{period.rollout:06d}#{name}"
