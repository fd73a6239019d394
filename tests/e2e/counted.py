"""What Serinus has counted of late, as CloudWatch adds it up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def counted(cloudwatch: Any, metric: str, endpoint: str, variant: str = "") -> float:
    """Add up a metric of the last half hour, of the variant where one is named."""
    dimensions = {"EndpointName": endpoint} | ({"VariantName": variant} if variant else {})
    now = datetime.now(UTC)
    found = cloudwatch.get_metric_statistics(
        Namespace="Serinus",
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(minutes=30),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))
