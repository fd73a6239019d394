"""Requests whose prediction or truth may still come: one DynamoDB table, key ``item``, expiry in ``expires``.

An item is a request's, ``{endpoint}#{id}``, with its ``inference`` and its ``truth``. Each is put once, and what is
answered tells whether the other one is there: DynamoDB orders the puts of an item, so one of the two sees both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.adapters.items import VERSION
from lambdas.rollout.documents import encode
from lambdas.rollout.quality.ports import Known
from lambdas.rollout.quality.predicted import Inference
from lambdas.rollout.quality.schema import FORTNIGHT
from lambdas.rollout.quality.truth import Truth
from lambdas.rollout.schema import SCHEMA, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_dynamodb.client import DynamoDBClient

_KEPT = FORTNIGHT + 86_400
"""Seconds that an item is kept: until no truth would count any more."""


class DynamoDBPredictions:
    """Implements `lambdas.rollout.quality.ports.Predictions`; ``now`` tells seconds since the epoch."""

    def __init__(self, client: DynamoDBClient, table: str, now: Callable[[], float]) -> None:
        self._client, self._table, self._now = client, table, now

    def predicted(self, endpoint: str, id_: str, inference: Inference) -> tuple[bool, Known]:
        """Put the attribute ``inference`` on the condition that there is none."""
        return self._put(f"{endpoint}#{id_}", "inference", inference)

    def revealed(self, endpoint: str, truth: Truth) -> tuple[bool, Known]:
        """Put the attribute ``truth`` on the condition that there is none."""
        return self._put(f"{endpoint}#{truth.id}", "truth", truth)

    def _put(self, item: str, half: str, value: Inference | Truth) -> tuple[bool, Known]:
        key = {"item": {"S": item}}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression="SET #half = :value, #schema = :schema, #expires = :expires",
                ConditionExpression="attribute_not_exists(#half)",
                ExpressionAttributeNames={"#half": half, "#schema": "schema", "#expires": "expires"},
                ExpressionAttributeValues={
                    ":value": {"S": encode(value)},
                    ":schema": VERSION["schema"],
                    ":expires": {"N": str(int(self._now()) + _KEPT)},
                },
                ReturnValues="ALL_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            there = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
            return False, _known(there.get("Item", {}))
        return True, _known(answer["Attributes"])


def _known(item: Mapping[str, Any]) -> Known:
    version = int(item.get("schema", {"N": str(SCHEMA)})["N"])
    inference, truth = item.get("inference"), item.get("truth")
    return Known(
        inference=read(Inference, version, inference["S"]) if inference else None,
        truth=read(Truth, version, truth["S"]) if truth else None,
    )
