"""Baselines, as Terraform wrote them into the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.adapters.items import document
from lambdas.rollout.quality.bins import Baseline

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


def baselines(client: DynamoDBClient, table: str, known: str) -> LedgerBaselines | None:
    """Take what the variable SERINUS_BASELINES says: None where no endpoint has a baseline, so that nobody asks."""
    return LedgerBaselines(client, table) if known == "1" else None


class LedgerBaselines:
    """Implements `lambdas.rollout.quality.ports.Baselines` over the ledger's table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client, self._table = client, table

    def baseline(self, endpoint: str) -> Baseline:
        """Read the item ``baseline``."""
        key = {"endpoint": {"S": endpoint}, "item": {"S": "baseline"}}
        item = self._client.get_item(TableName=self._table, Key=key).get("Item")
        return document(Baseline, item) if item else Baseline()
