"""Metric queries on SageMaker's variants, in Terraform's own words (``metric_query`` blocks as plain dicts).

An error is a request that the model did not answer with 2xx. By AWS's words InvocationModelErrors counts every
such request (4xx, 5xx, socket errors, malformed answers, timeouts) and Invocation5XXErrors the 5xx among them:
the two overlap, and their sum would count a 5xx twice. Where they do not overlap the larger one misses some. We
take the larger of the two in each period.
Source: SageMaker developer guide, "Endpoint invocation metrics".

A variant without traffic publishes nothing, and FILL is not documented for a series without a single point. SUM
and MAX over an array skip what is missing, so 0 comes from the watched variant's own series times 0.
Source: CloudWatch user guide, "Using metric math".
"""

from dataclasses import dataclass
from typing import Any

Query = dict[str, Any]

INVOCATIONS = "Invocations"
ERRORS = ("Invocation5XXErrors", "InvocationModelErrors")
LATENCY = "ModelLatency"
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant's metrics; ids begin with ``prefix``. ``config`` narrows to one fleet, by its configuration."""

    prefix: str
    endpoint: str
    variant: str
    period: int
    config: str | None = None

    def query(self, name: str, metric: str, stat: str) -> Query:
        """Read one metric under the id ``prefix_name``, for use in expressions."""
        dimensions = {"EndpointName": self.endpoint, "VariantName": self.variant}
        if self.config is not None:
            dimensions["EndpointConfigName"] = self.config
        return {
            "id": f"{self.prefix}_{name}",
            "metric": {
                "namespace": "AWS/SageMaker",
                "metric_name": metric,
                "dimensions": dimensions,
                "period": self.period,
                "stat": stat,
            },
        }

    def requests(self) -> Query:
        """Count the requests: id ``prefix_n``."""
        return self.query("n", INVOCATIONS, "Sum")

    def errors(self) -> list[Query]:
        """Count both kinds of errors: ids ``prefix_e0`` and ``prefix_e1``."""
        return [self.query(f"e{i}", metric, "Sum") for i, metric in enumerate(ERRORS)]

    def latency(self, percentile: float) -> Query:
        """Read a percentile of the model's latency in microseconds: id ``prefix_latency``."""
        return self.query("latency", LATENCY, f"p{percentile:g}")


def expression(name: str, formula: str, label: str | None = None) -> Query:
    """Compute from other queries; the one with a ``label`` is what the alarm looks at."""
    if label is None:
        return {"id": name, "expression": formula}
    return {"id": name, "expression": formula, "label": label, "return_data": True}
