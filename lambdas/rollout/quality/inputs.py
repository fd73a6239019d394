"""Counting what a variant is asked, and what it answers, in the bins of the baseline. Pure.

Of each request one row counts, drawn by the request's id. Routing deals requests, not rows: the rows of one request
come from one client and go to one arm together, and counted one by one they would pass for as many witnesses.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from lambdas.rollout.quality.bins import ANSWER, Baseline
from lambdas.rollout.quality.predicted import Exchange, exchanges
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.shadow.capture import Record

METRIC = "Inputs"
LOWEST = 1
"""The number of the first bin, as metrics have it: CloudWatch's statistics are not made for zeros and below."""


class Cell(NamedTuple):
    """What is counted: a feature, in the bins of that ``mark``, in a grain of time (seconds since the epoch)."""

    at: float
    variant: str
    feature: str
    mark: str


Binned = Mapping[Cell, Mapping[int, int]]
"""Requests by the number of their bin, from `LOWEST` on."""


def binned(records: Iterable[Record], schema: Schema, baseline: Baseline, grain: float) -> Binned:
    """Count the bins of what records asked and were answered, at multiples of ``grain`` seconds."""
    made: dict[Cell, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for record in records if baseline.features else ():
        if drawn := _drawn(record, schema):
            for bins in baseline.features:
                if bins.feature == ANSWER:
                    value = _answered(drawn)
                elif drawn.asked is None:
                    continue
                else:
                    value = drawn.asked.get(bins.feature)
                cell = Cell(record.at // grain * grain, record.variant, bins.feature, bins.mark)
                made[cell][LOWEST + bins.place(value)] += 1
    return made


def _drawn(record: Record, schema: Schema) -> Exchange | None:
    """Draw a row, the same one whenever the record is read, whatever the row holds."""
    rows = exchanges(record, schema)
    if not rows:
        return None
    return rows[int.from_bytes(blake2b(record.id.encode(), digest_size=8).digest()) % len(rows)]


def _answered(drawn: Exchange) -> float | str | None:
    said = drawn.prediction
    return said.value if said.value is not None else said.score if said.score is not None else said.label
