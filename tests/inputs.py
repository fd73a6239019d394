"""What arms are asked, in memory: a baseline, and metrics that count requests in its bins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.ports import UnansweredError
from lambdas.rollout.quality.bins import Baseline, Bins
from tests.fakes import FakeMetrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdas.rollout.catalogue import Period, Query

INCOME = Bins("income", (100, 100, 100, 0), edges=(1.0, 2.0))
BASELINE = Baseline((INCOME,))
USUAL, OTHER = (1, 1, 1, 0), (8, 1, 1, 0)


@dataclass
class InputMetrics(FakeMetrics):
    """Metrics with what each arm is asked: parts of its requests per bin by variant, now and in periods before.

    Of all requests a part is ``captured`` and read.
    """

    asked: dict[str, Sequence[int]] = field(default_factory=lambda: {CANARY: USUAL, STABLE: USUAL})
    was: dict[float, dict[str, Sequence[int]]] = field(default_factory=dict)
    answering: bool = True
    captured: float = 1.0
    looks: int = 0

    def read(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Period, ...]:
        if any(query.quantity.name == "Inputs" for query in queries):
            self.looks += 1
            if not self.answering:
                raise UnansweredError("CloudWatch answers InternalError to a query of GetMetricData")
        return super().read(endpoint, queries, since, until)

    def _series(self, query: Query) -> Mapping[float, float]:
        if query.quantity.name != "Inputs":
            return super()._series(query)
        stat, series = query.quantity.stat, {}
        up_to = None if stat == "SampleCount" else int(float(stat.removeprefix("TC(:").removesuffix(")")))
        for table in self.tables:
            parts = self.was.get(table.at, self.asked)[query.variant]
            total = (table.canary if query.variant == CANARY else table.stable).total
            series[table.at] = float(total * self.captured * sum(parts[:up_to]) // sum(parts))
        return series


class Known:
    """Baselines in memory; counts who asks."""

    def __init__(self, baseline: Baseline) -> None:
        self.known, self.asked = baseline, 0

    def baseline(self, endpoint: str) -> Baseline:
        assert endpoint == "mortgage"
        self.asked += 1
        return self.known
