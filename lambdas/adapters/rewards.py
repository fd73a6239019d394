"""Rewards in DynamoDB, one table with the key ``item`` and the expiry in ``expires``, and as CloudWatch metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from lambdas.adapters.items import VERSION
from lambdas.rollout.rewards import Metric

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from lambdas.rollout.exposure import Exposure
    from lambdas.rollout.rewards import Outcome, Reward

_NAMES = {
    Metric.CONVERSION: ("Conversions", MetricUnit.Count),
    Metric.REVENUE: ("Revenue", MetricUnit.NoUnit),
}


class DynamoDBClaims:
    """Implements `lambdas.control.count_reward.Claims`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client, self._table = client, table

    def claim(self, reward: Reward, until: float) -> bool:
        """Put the item on the condition that there is none."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "item": {"S": f"{reward.metric}#{reward.inference_id}"},
                    "reward": {"S": repr(reward.value)},
                    "expires": {"N": str(int(until))},
                    **VERSION,
                },
                ConditionExpression="attribute_not_exists(#item)",
                ExpressionAttributeNames={"#item": "item"},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


class EmbeddedRewards:
    """Implements `lambdas.control.count_reward.PublishedRewards`: a log line each, written at once."""

    def count(self, reward: Reward, exposure: Exposure) -> None:
        """Print ``Conversions`` or ``Revenue`` by EndpointName and VariantName, at the exposure's minute.

        With ``Revenue`` goes ``RevenueSquared``: CloudWatch sums values, and a bandit needs to know how they spread.
        """
        metrics = _metrics("EndpointName", reward.endpoint)
        metrics.add_dimension("VariantName", exposure.variant)
        name, unit = _NAMES[reward.metric]
        metrics.add_metric(name, unit, reward.value)
        if reward.metric is Metric.REVENUE:
            metrics.add_metric("RevenueSquared", MetricUnit.NoUnit, reward.value**2)
        metrics.set_timestamp(int(exposure.minute * 1000))
        metrics.flush_metrics()

    def left_out(self, endpoint: str, outcome: Outcome) -> None:
        """Print ``RewardsLate``, ``RewardsDoubled``, ``RewardsEarly`` or ``RewardsUnknown`` by EndpointName."""
        metrics = _metrics("EndpointName", endpoint)
        metrics.add_metric(f"Rewards{outcome.title()}", MetricUnit.Count, 1)
        metrics.flush_metrics()

    def refused(self, environment: str) -> None:
        """Print ``RewardsRefused`` by Environment: what cannot be understood names no endpoint for sure."""
        metrics = _metrics("Environment", environment)
        metrics.add_metric("RewardsRefused", MetricUnit.Count, 1)
        metrics.flush_metrics()


def _metrics(dimension: str, value: str) -> AmazonCloudWatchEMFProvider:
    metrics = AmazonCloudWatchEMFProvider(namespace="Serinus", service="")  # no dimension but those we name
    metrics.add_dimension(dimension, value)
    return metrics
