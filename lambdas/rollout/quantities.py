"""What is read of CloudWatch: a metric of one variant, or a number that comes from one or several."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENDPOINT, VARIANT = "{endpoint}", "{variant}"
"""In a dimension's value they stand for the endpoint's and the variant's name."""


def _by_variant() -> Mapping[str, str]:
    return {"EndpointName": ENDPOINT, "VariantName": VARIANT}


@dataclass(frozen=True, slots=True)
class Metric:
    """A CloudWatch metric of one variant; left out, the dimensions are SageMaker's own."""

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=_by_variant)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number per variant and metric period: a ``stat`` of one metric, or a metric-math ``expression``.

    ``metrics`` are the expression's inputs under the ids that it uses; each is read with ``stat``.
    """

    namespace: str = ""
    name: str = ""
    dimensions: Mapping[str, str] = field(default_factory=_by_variant)
    stat: str = "Sum"
    expression: str = ""
    metrics: Mapping[str, Metric] = field(default_factory=dict)
