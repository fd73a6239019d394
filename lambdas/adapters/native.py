"""SageMaker's own deployments: the endpoints, and the lines of history in the ledger's table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.items import document, written
from lambdas.adapters.sights import sight
from lambdas.adapters.sns import SnsNotifier
from lambdas.adapters.world import BEGINNING, Deployed, config
from lambdas.control.witness import Onlooker
from lambdas.rollout.native.line import PREFIX, Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_sagemaker.client import SageMakerClient

    from lambdas.rollout.native.sight import Sight


class SageMakerDeployments:
    """Implements `lambdas.rollout.native.ports.Endpoints`."""

    def __init__(self, client: SageMakerClient) -> None:
        self._client = client

    def look(self, endpoint: str) -> Sight | None:
        """Read what SageMaker shows with one DescribeEndpoint."""
        try:
            return sight(self._client.describe_endpoint(EndpointName=endpoint))
        except ClientError as error:
            if "Could not find" in str(error):
                return None
            raise


class DynamoDBHistory:
    """Implements `lambdas.rollout.native.ports.History`: items of the ledger's table, one per fact."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client, self._table = client, table

    def add(self, line: Line) -> bool:
        """Put the line where its key is free."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=written(line, endpoint=line.endpoint, item=line.key),
                ConditionExpression="attribute_not_exists(endpoint)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def recent(self, endpoint: str, most: int) -> tuple[Line, ...]:
        """Query the latest keys first, strongly consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="endpoint = :endpoint AND begins_with(#item, :prefix)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":endpoint": {"S": endpoint}, ":prefix": {"S": PREFIX}},
            ConsistentRead=True,
            ScanIndexForward=False,
            PaginationConfig={"MaxItems": most},
        )
        return tuple(document(Line, item) for page in pages for item in page["Items"])


def onlooker(deployed: Deployed, client: Callable[..., Any] = boto3.client) -> Onlooker:
    """Build the ports over boto3 clients; nobody waits for what only keeps the history."""
    patient = config(BEGINNING)
    dynamodb = client("dynamodb", config=patient)
    return Onlooker(
        endpoints=SageMakerDeployments(client("sagemaker", config=patient)),
        history=DynamoDBHistory(dynamodb, deployed.ledger),
        ledger=DynamoDBLedger(dynamodb, deployed.ledger),
        metrics=CloudWatchMetrics(client("cloudwatch", config=patient), deployed.period, deployed.delay),
        notifier=SnsNotifier(client("sns", config=patient), deployed.topic_arn),
    )
