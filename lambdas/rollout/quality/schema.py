"""What an endpoint's requests, answers and truths mean: the environment file's ``schema``, as functions obey it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from lambdas.rollout.units import SECONDS, SHARE

FORTNIGHT = 14 * 86_400
"""Seconds: CloudWatch takes no older data points. Source: CloudWatch API reference, PutMetricData."""


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Predicted:
    """Where an answer has what is predicted, and what it means.

    ``label`` and ``score`` are keys of a JSON answer; a CSV answer has ``column 1``, ``column 2``… A ``score`` is the
    chance of ``positive``; where there is no ``label`` one of at least ``threshold`` means it. With ``classes``,
    three or more, the label is one of them, right or wrong as it stands. Without either the label is a number (a
    regression). ``favourable`` is the label that is good for whom it is about: ``positive`` where left out.
    """

    label: str | None = None
    score: str | None = None
    positive: str | None = None
    threshold: Annotated[float, SHARE] = 0.5
    favourable: str | None = None
    classes: tuple[str, ...] = ()

    @property
    def number(self) -> bool:
        """Whether what is predicted is a number."""
        return self.positive is None and not self.classes

    @property
    def good(self) -> str | None:
        """The favourable label; None where nothing says which it is."""
        return self.favourable or self.positive


@dataclass(frozen=True, slots=True)
class Kpi:
    """What truths tell of the business: key performance indicators.

    ``conversion`` is the label that is one; all others are none. With ``revenue`` each row's truth ends with what it
    earned, a number that is not negative: ``yes,12.50``.
    """

    conversion: str | None = None
    revenue: bool = False

    @property
    def told(self) -> bool:
        """Whether there is any."""
        return self.revenue or self.conversion is not None


@dataclass(frozen=True, slots=True)
class Schema:
    """An endpoint's data.

    ``columns`` are a request's, in a CSV's order. ``predicted`` is what answers say. ``groups`` are the columns, of
    those, by which people are told apart to compare what the model does to them, each with its groups; whoever is in
    none of them is in no group. ``ground_truth`` is the S3 URI under which truths come, in Model Monitor's merge
    format; they count up to ``window`` seconds after the inference. ``kpi`` is what else they say.
    """

    columns: Mapping[str, Kind]
    predicted: Predicted
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ground_truth: str | None = None
    window: Annotated[int, SECONDS] = FORTNIGHT
    kpi: Kpi = Kpi()

    @property
    def each_group(self) -> tuple[str, ...]:
        """Every group, as the metrics' dimension ``Group`` has it: ``race=black``."""
        return tuple(f"{column}={group}" for column, names in self.groups.items() for group in names)
