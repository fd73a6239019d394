"""Counters of quality as CloudWatch metrics, by PutMetricData: a log line would tell of somebody's group.

Source: CloudWatch API reference, PutMetricData (at most 1,000 metrics in a call, data up to two weeks old).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lambdas.rollout.quality.inputs import METRIC

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDatumTypeDef

    from lambdas.rollout.quality.counts import Counts, Slot, Values
    from lambdas.rollout.quality.inputs import Binned, Cell
    from lambdas.rollout.quality.ports import Outcome

_NAMESPACE = "Serinus"
_MOST, _VALUES = 1_000, 150
_BINNED = 250
"""Data with bins in a call: it takes 1 MB, and each is some two kilobytes before it is packed."""


class CloudWatchQuality:
    """Implements `lambdas.rollout.quality.ports.PublishedQuality`."""

    def __init__(self, client: CloudWatchClient) -> None:
        self._client = client

    def publish(self, endpoint: str, counts: Counts) -> None:
        """Put each counter by EndpointName and VariantName, and by Group where it is a group's."""
        self._put(
            [
                {
                    "MetricName": name,
                    "Dimensions": _dimensions(endpoint, slot),
                    "Timestamp": datetime.fromtimestamp(slot.at, UTC),
                    "Value": value,
                    "Unit": "Count",
                }
                for slot, counters in counts.items()
                for name, value in counters.items()
            ]
        )

    def spread(self, endpoint: str, values: Values) -> None:
        """Put values as they are, 150 in a datum: of a statistic set CloudWatch can tell no quantile."""
        self._put(
            [
                {
                    "MetricName": name,
                    "Dimensions": _dimensions(endpoint, slot),
                    "Timestamp": datetime.fromtimestamp(slot.at, UTC),
                    "Values": list(found[start : start + _VALUES]),
                    "Unit": "None",
                }
                for slot, named in values.items()
                for name, found in named.items()
                for start in range(0, len(found), _VALUES)
            ]
        )

    def inputs(self, endpoint: str, found: Binned) -> None:
        """Put how often each bin came, 150 of them in a datum, by Feature, and by the bins that it is counted in."""
        self._put(
            [
                {
                    "MetricName": METRIC,
                    "Dimensions": _named(endpoint, cell),
                    "Timestamp": datetime.fromtimestamp(cell.at, UTC),
                    "Values": [float(number) for number, _ in part],
                    "Counts": [float(count) for _, count in part],
                    "Unit": "None",
                }
                for cell, counted in found.items()
                for part in _parts(sorted(counted.items()))
            ],
            _BINNED,
        )

    def outcomes(self, endpoint: str, found: dict[Outcome, int]) -> None:
        """Put ``TruthsCounted``, ``TruthsLate`` and so on, by EndpointName, at the time of now."""
        dimensions: list[DimensionTypeDef] = [{"Name": "EndpointName", "Value": endpoint}]
        self._put(
            [
                {"MetricName": f"Truths{outcome.title()}", "Dimensions": dimensions, "Value": count, "Unit": "Count"}
                for outcome, count in found.items()
            ]
        )

    def _put(self, data: list[MetricDatumTypeDef], most: int = _MOST) -> None:
        for start in range(0, len(data), most):
            self._client.put_metric_data(Namespace=_NAMESPACE, MetricData=data[start : start + most])


def _parts(counted: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    return [counted[start : start + _VALUES] for start in range(0, len(counted), _VALUES)]


def _named(endpoint: str, cell: Cell) -> list[DimensionTypeDef]:
    named = {"EndpointName": endpoint, "VariantName": cell.variant, "Feature": cell.feature, "Bins": cell.mark}
    return [{"Name": name, "Value": value} for name, value in named.items()]


def _dimensions(endpoint: str, slot: Slot) -> list[DimensionTypeDef]:
    named = {"EndpointName": endpoint, "VariantName": slot.variant} | ({"Group": slot.group} if slot.group else {})
    return [{"Name": name, "Value": value} for name, value in named.items()]
