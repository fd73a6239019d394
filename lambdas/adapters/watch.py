"""Which endpoints are watched, as the ledger tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.adapters.items import document
from lambdas.rollout.quality.arms import counted_since
from lambdas.rollout.quality.bins import Baseline
from lambdas.rollout.quality.ports import Watched
from lambdas.rollout.quality.schema import Schema

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from lambdas.rollout.ports import Ledger
    from lambdas.rollout.quality.ports import Baselines


class LedgerSchemas:
    """Implements `lambdas.control.tell_truth.Schemas`: the items ``schema`` that Terraform wrote."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client, self._table = client, table

    def schema(self, endpoint: str) -> Schema | None:
        """Read the endpoint's item."""
        key = {"endpoint": {"S": endpoint}, "item": {"S": "schema"}}
        item = self._client.get_item(TableName=self._table, Key=key).get("Item")
        return document(Schema, item) if item else None


class LedgerWatch:
    """Implements `lambdas.rollout.quality.ports.Watch` over the ledger's table."""

    def __init__(
        self, client: DynamoDBClient, table: str, ledger: Ledger, baselines: Baselines | None = None
    ) -> None:
        self._schemas, self._ledger, self._baselines = LedgerSchemas(client, table), ledger, baselines

    def watched(self, endpoint: str) -> Watched | None:
        """Read the rollout in progress, the endpoint's schema, and the baseline if any has one."""
        rollout = self._ledger.load(endpoint).in_progress
        if rollout is None:
            return None
        schema = self._schemas.schema(endpoint)
        if schema is None:
            return None
        baseline = self._baselines.baseline(endpoint) if self._baselines else Baseline()
        return Watched(endpoint, schema, counted_since(rollout), baseline)
