"""Metric data as a test publishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.catalogue import Query
    from tests.conftest import Sandbox


def put(sandbox: Sandbox, endpoint: str, query: Query, at: float, values: Sequence[float]) -> None:
    """Publish values of a query's metric, with its dimensions."""
    given = query.quantity.dimensions.items()
    names = {name: value.format(endpoint=endpoint, variant=query.variant) for name, value in given}
    sandbox.client("cloudwatch").put_metric_data(
        Namespace=query.quantity.namespace,
        MetricData=[
            {
                "MetricName": query.quantity.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in names.items()],
                "Timestamp": at,
                "Values": values,
                "StorageResolution": 1,
            }
        ],
    )
