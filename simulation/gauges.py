"""CloudWatch's statistics out of a period's requests: each metric's values are drawn once, and read many times.

A gauge cuts the values of one metric of one variant into cells, draws how many fall into each, and answers its
queries with sums of neighbouring cells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from numpy.random import Generator

from lambdas.rollout.catalogue import Query, measured, spread_of
from lambdas.rollout.guardrails import Counts
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import DISAGREEMENT, Plan
from lambdas.rollout.quantities import Metric, Quantity
from lambdas.rollout.recipes import LATENCY, REQUESTS
from simulation.course import Conduct
from simulation.law import Law

Reading = tuple[int, int, int]
"""The place of an answer, and the first and the last but one of the cells that it sums."""
_VALUES = Law(1.0, 0.5)
"""Revenue, scores and values of the plan's own: nothing is known of them but which way they get worse."""
_LABELS = {
    "TruePositives": (0, 4),
    "FalsePositives": (1, 4),
    "FalseNegatives": (2, 4),
    "TrueNegatives": (3, 4),
    "DiscordantPairs": (0, 2),
    "ConcordantPairs": (1, 2),
    "Losses": (0, 2),
    "Conversions": (1, 2),
}
"""Serinus's counters: their cell, and how many cells there are."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One metric of one variant; ``cells`` tells how likely each cell is, None where errors were counted already.

    With ``copied`` it is one of a shadow's answers alone.
    """

    canary: bool
    cells: Callable[[Conduct], Sequence[float]] | None
    readings: tuple[Reading, ...]
    copied: bool = False

    def read(self, arm: Arm, conduct: Conduct, rng: Generator) -> list[tuple[int, int]]:
        """Draw the cells of a period's requests; returns places and answers."""
        if self.cells is None:
            sums = [0, arm.bad, arm.total]
        elif not arm.total:
            return [(place, 0) for place, _, _ in self.readings]
        else:
            sums = [0, *accumulate(rng.multinomial(arm.total, self.cells(conduct)).tolist())]
        return [(place, sums[last] - sums[first]) for place, first, last in self.readings]


def gauges(queries: Sequence[Query], plan: Plan) -> tuple[Gauge, ...]:
    """Find the gauges that answer queries of the judge."""
    made: dict[tuple[bool, object], list[tuple[int, Quantity]]] = {}
    for place, query in enumerate(queries):
        kind = _kind(query.quantity, plan)
        if kind != DISAGREEMENT or query.variant == CANARY:
            made.setdefault((query.variant == CANARY, kind), []).append((place, query.quantity))
    return tuple(_gauge(kind, asked, plan, canary=canary) for (canary, kind), asked in made.items())


def _kind(quantity: Quantity, plan: Plan) -> object:
    """Tell what a quantity is drawn with: all of a kind share their draw."""
    own = next((g for g in plan.judged if isinstance(g, Counts) and quantity in (g.bad, g.total)), None)
    if own is not None:
        return own.key
    if quantity.name in _LABELS:
        return _LABELS[quantity.name][1], quantity.name in {"Losses", "Conversions"}
    if quantity.namespace == REQUESTS.namespace and quantity.name != LATENCY.name:
        return "errors"
    return quantity.namespace, quantity.name, tuple(quantity.dimensions.items())


def _gauge(kind: object, asked: list[tuple[int, Quantity]], plan: Plan, *, canary: bool) -> Gauge:
    match kind:
        case "errors":
            readings = [(place, 0, 2 if quantity.name == REQUESTS.name else 1) for place, quantity in asked]
            return Gauge(canary, None, tuple(readings))
        case str():
            own = next(g for g in plan.judged if isinstance(g, Counts) and g.key == kind)
            counts = tuple([(place, 0, 1 if quantity == own.bad else 2) for place, quantity in asked])
            return _disagreement(own, counts) if kind == DISAGREEMENT else Gauge(canary, _two, counts)
        case (int() as cells, bool()):
            labels = [(place, _LABELS[quantity.name][0]) for place, quantity in asked]
            return Gauge(canary, _two if cells == 2 else _four, tuple((p, c, c + 1) for p, c in labels))
        case _:
            return _spread(asked, plan, canary=canary)


def _disagreement(guardrail: Counts, readings: tuple[Reading, ...]) -> Gauge:
    """Count pairs of answers, which a shadow alone makes."""

    def cells(conduct: Conduct) -> Sequence[float]:
        share = min(1.0, conduct.disagreeing * (guardrail.at_most or 0.0))
        return share, 1 - share

    return Gauge(canary=True, cells=cells, readings=readings, copied=True)


def _two(conduct: Conduct) -> Sequence[float]:
    return conduct.bad_share, 1 - conduct.bad_share


def _four(conduct: Conduct) -> Sequence[float]:
    """Half of the truth is positive, and both halves are as often mistaken."""
    wrong, right = conduct.bad_share / 2, (1 - conduct.bad_share) / 2
    return right, wrong, wrong, right


def _spread(asked: list[tuple[int, Quantity]], plan: Plan, *, canary: bool) -> Gauge:
    bounds = {place: _edge(quantity.stat) for place, quantity in asked}
    edges = sorted({edge for edge in bounds.values() if edge is not None})
    cell = {edge: index + 1 for index, edge in enumerate(edges)} | {None: len(edges) + 1}
    quantity = asked[0][1]
    shares = _latency if quantity.name == LATENCY.name else _other(quantity, plan)
    found: list[Sequence[float]] = []
    about: list[Conduct] = []

    def cells(conduct: Conduct) -> Sequence[float]:
        if not about or about[0] is not conduct:
            below = [0.0, *(shares(conduct, edge) for edge in edges), 1.0]
            about[:], found[:] = [conduct], [[max(after - before, 0.0) for before, after in pairwise(below)]]
        return found[0]

    return Gauge(canary, cells, tuple((place, 0, cell[edge]) for place, edge in bounds.items()))


def _edge(stat: str) -> float | None:
    """Read x of ``TC(:x)``; None for a count of all."""
    return float(stat.removeprefix("TC(:").removesuffix(")")) if stat.startswith("TC(") else None


def _latency(conduct: Conduct, edge: float) -> float:
    return conduct.latency.up_to(edge)


def _other(quantity: Quantity, plan: Plan) -> Callable[[Conduct, float], float]:
    """Return the share of values up to an edge, for a metric that is not latency."""
    metric = Metric(quantity.namespace, quantity.name, quantity.dimensions)
    spreads = [spread for guardrail in plan.guardrails if (spread := spread_of(guardrail)) is not None]
    higher = any(measured(spread) == (metric, True) for spread in spreads)

    def up_to(conduct: Conduct, edge: float) -> float:
        return _VALUES.up_to(edge / conduct.worse if higher else edge * conduct.worse)

    return up_to


def past(quantity: Quantity, stable: Conduct, requests: float) -> float:
    """Answer one of the queries that measure a ladder, of a day with ``requests``."""
    if quantity.stat == "SampleCount":
        return requests
    law = stable.latency if quantity.name == LATENCY.name else _VALUES
    return law.quantile(float(quantity.stat.removeprefix("p")) / 100)
