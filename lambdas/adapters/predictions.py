"""Requests whose prediction or truth may still come: one DynamoDB table, key ``item``, expiry in ``expires``.

An item is a request's, ``{endpoint}#{id}``, with an ``inference of {variant}`` for each variant that answered it and
its ``truth``. Each is put once, and what is answered tells what else is there: DynamoDB orders the puts of an item,
so of an inference and the truth one sees both.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.adapters.items import VERSION
from lambdas.rollout.documents import encode
from lambdas.rollout.quality.ports import Known, Noted
from lambdas.rollout.quality.predicted import Inference
from lambdas.rollout.quality.schema import FORTNIGHT
from lambdas.rollout.quality.truth import Truth
from lambdas.rollout.schema import SCHEMA, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_dynamodb.client import DynamoDBClient

_INFERENCE = "inference of "
_ONLY = "inference"
"""Of whichever variant came first: what the first four schemas kept of a request, and nothing is added to."""
_UNSET = "attribute_not_exists(#half)"
_AT_ONCE = 10
"""Items put side by side: as many connections as a boto3 client keeps."""
_KEPT = FORTNIGHT + 86_400
"""Seconds that an item is kept: until no truth would count any more."""


class _Half(NamedTuple):
    """What is put: into which item, as which attribute, and what."""

    item: str
    name: str
    value: Inference | Truth


class DynamoDBPredictions:
    """Implements `lambdas.rollout.quality.ports.Predictions`; ``now`` tells seconds since the epoch."""

    def __init__(self, client: DynamoDBClient, table: str, now: Callable[[], float]) -> None:
        self._client, self._table, self._now = client, table, now

    def predicted(self, endpoint: str, found: Sequence[tuple[str, Inference]]) -> list[Noted]:
        """Put the attributes ``inference of {variant}`` on the condition that there are none."""
        return self._all(
            [_Half(f"{endpoint}#{id_}", f"{_INFERENCE}{one.variant}", one) for id_, one in found],
            f"{_UNSET} AND attribute_not_exists({_ONLY})",
        )

    def revealed(self, endpoint: str, truths: Sequence[Truth]) -> list[Noted]:
        """Put the attributes ``truth`` on the condition that there are none."""
        return self._all([_Half(f"{endpoint}#{truth.id}", "truth", truth) for truth in truths], _UNSET)

    def _all(self, halves: Sequence[_Half], unless: str) -> list[Noted]:
        """Put several items at a time, and the halves of one item in their order: the first of two truths counts."""
        by_item: dict[str, list[int]] = {}
        for place, half in enumerate(halves):
            by_item.setdefault(half.item, []).append(place)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            done = pool.map(
                lambda places: [(place, self._put(halves[place], unless)) for place in places], by_item.values()
            )
            placed = dict(each for lot in done for each in lot)
        return [placed[place] for place in range(len(halves))]

    def _put(self, half: _Half, unless: str) -> Noted:
        key = {"item": {"S": half.item}}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression="SET #half = :value, #schema = :schema, #expires = :expires",
                ConditionExpression=unless,
                ExpressionAttributeNames={"#half": half.name, "#schema": "schema", "#expires": "expires"},
                ExpressionAttributeValues={
                    ":value": {"S": encode(half.value)},
                    ":schema": VERSION["schema"],
                    ":expires": {"N": str(int(self._now()) + _KEPT)},
                },
                ReturnValues="ALL_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            there = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
            return Noted(new=False, known=_known(there.get("Item", {})))
        return Noted(new=True, known=_known(answer["Attributes"]))


def _known(item: Mapping[str, Any]) -> Known:
    version = int(item.get("schema", {"N": str(SCHEMA)})["N"])
    inferences = [name for name in sorted(item) if name == _ONLY or name.startswith(_INFERENCE)]
    truth = item.get("truth")
    return Known(
        inferences=tuple(read(Inference, version, item[name]["S"]) for name in inferences),
        truth=read(Truth, version, truth["S"]) if truth else None,
    )
