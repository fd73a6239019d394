"""Counts of compared answers as CloudWatch metrics, in the embedded metric format."""

from collections.abc import Mapping

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY


class EmbeddedComparisons:
    """Implements `lambdas.rollout.shadow.ports.Published`: one log line per minute, written at once."""

    def publish(self, endpoint: str, minutes: Mapping[float, Arm]) -> None:
        """Print ``Compared`` and ``Disagreements`` at the minutes that they belong to, however late."""
        for minute, counted in minutes.items():
            metrics = AmazonCloudWatchEMFProvider(namespace="Serinus", service="")  # no dimension but these two
            metrics.add_dimension("EndpointName", endpoint)
            metrics.add_dimension("VariantName", CANARY)
            metrics.add_metric("Compared", MetricUnit.Count, counted.total)
            metrics.add_metric("Disagreements", MetricUnit.Count, counted.bad)
            metrics.set_timestamp(int(minute * 1000))
            metrics.flush_metrics()
