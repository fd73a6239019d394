"""CloudWatch's embedded metric format: metrics in log lines.

Source: CloudWatch user guide, "Specification: Embedded metric format".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Datum:
    """One metric's values under one set of dimensions, at a time in seconds since the epoch."""

    namespace: str
    name: str
    unit: str
    dimensions: Mapping[str, str]
    values: Sequence[float]
    at: float


def metrics(line: str) -> list[Datum]:
    """Return the metrics that a log line declares; none if it is not EMF or names what it does not carry."""
    if '"_aws"' not in line:
        return []
    try:
        document = json.loads(line)
        about = document["_aws"]
        return list(_declared(document, about["CloudWatchMetrics"], about["Timestamp"] / 1000))
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _declared(document: Mapping[str, Any], directives: Sequence[Mapping[str, Any]], at: float) -> Iterator[Datum]:
    for directive in directives:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(document[name]) for name in names}
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                values = [float(item) for item in (value if isinstance(value, list) else [value])]
                unit = metric.get("Unit", "None")
                yield Datum(directive["Namespace"], metric["Name"], unit, dimensions, values, at)
