"""A guardrail's queries in the words of GetMetricData.

Source: CloudWatch API reference, GetMetricData: at most 500 queries in a call, an expression's inputs among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.rollout.expression import renamed
from lambdas.rollout.quantities import ENDPOINT, VARIANT, Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mypy_boto3_cloudwatch.type_defs import (
        DimensionTypeDef,
        MetricDataQueryTypeDef,
        MetricStatTypeDef,
        MetricTypeDef,
    )

    from lambdas.rollout.catalogue import Query

_MOST = 500


def data_queries(key: str, endpoint: str, query: Query, period: int) -> list[MetricDataQueryTypeDef]:
    """Ask for one query under the id ``key``, in periods of ``period`` seconds.

    An expression comes with its inputs, under ids that no other query of the call has.
    """
    quantity, names = query.quantity, {ENDPOINT: endpoint, VARIANT: query.variant}

    def stat(metric: Metric) -> MetricStatTypeDef:
        return {"Metric": _filled(metric, names), "Period": period, "Stat": quantity.stat}

    if not quantity.expression:
        metric = Metric(quantity.namespace, quantity.name, quantity.dimensions)
        return [{"Id": key, "MetricStat": stat(metric)}]
    own = {name: f"{key}_{name}" for name in quantity.metrics}
    inputs: list[MetricDataQueryTypeDef] = [
        {"Id": own[name], "MetricStat": stat(metric), "ReturnData": False}
        for name, metric in quantity.metrics.items()
    ]
    return [*inputs, {"Id": key, "Expression": renamed(quantity.expression, own)}]


def batches(asked: Iterable[list[MetricDataQueryTypeDef]]) -> Iterator[list[MetricDataQueryTypeDef]]:
    """Pack queries into calls; an expression stays with its inputs."""
    batch: list[MetricDataQueryTypeDef] = []
    for group in asked:
        if batch and len(batch) + len(group) > _MOST:
            yield batch
            batch = []
        batch = [*batch, *group]
    if batch:
        yield batch


def _filled(metric: Metric, names: Mapping[str, str]) -> MetricTypeDef:
    """Name a metric of one endpoint and variant."""
    dimensions: list[DimensionTypeDef] = []
    for dimension, value in metric.dimensions.items():
        filled = value
        for name, given in names.items():
            filled = filled.replace(name, given)
        dimensions.append({"Name": dimension, "Value": filled})
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
