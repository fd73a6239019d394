"""People in groups, what models answer them, and what CloudWatch would say of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from infra.spec.groups import expanded
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.guardrails import DisparateImpact, Fairness, OfGroups
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.quality.schema import Kind, Predicted, Schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdas.rollout.guardrails import Guardrail

SCHEMA = Schema(
    {"income": Kind.NUMBER, "race": Kind.CATEGORY},
    Predicted(label="decision", positive="approved"),
    {"race": ("white", "black", "asian", "other")},
)
GROUPS = SCHEMA.each_group
ALL: tuple[OfGroups, ...] = (
    Fairness("demographic_parity", margin=1.0, min_group=1),
    Fairness("equal_opportunity", margin=1.0, min_group=1),
    Fairness("predictive_equality", margin=1.0, min_group=1),
    DisparateImpact("disparate_impact", min_group=1),
)
"""At the edge of what they tolerate, a canary as good as stable is."""


class Row(NamedTuple):
    """An answer to somebody, and what would have been right."""

    variant: str
    group: str
    truth: str
    said: str


def plan(*guardrails: Guardrail, schema: Schema = SCHEMA, false_rollback: float = 0.01) -> Plan:
    judged = tuple(each for guardrail in guardrails for each in expanded(guardrail, schema))
    return Plan((Step(1_000, 60, 120),), judged, false_rollback)


def counted(rows: Iterable[Row], schema: Schema = SCHEMA) -> Mapping[tuple[str, str, str], int]:
    """Count as the functions do: by variant, group and counter."""
    found: Counter[tuple[str, str, str]] = Counter()
    favourable = schema.predicted.favourable or schema.predicted.positive
    for variant, group, truth, said in rows:
        right, positive = truth == said, said == schema.predicted.positive
        names = ("True" if right else "False") + ("Positives" if positive else "Negatives")
        found[variant, group, names] += 1
        found[variant, group, "Decisions"] += 1
        found[variant, group, "Unfavourable"] += said != favourable
    return found


def period(at: float, queries: Sequence[Query], counts: Mapping[tuple[str, str, str], int]) -> Period:
    """Answer queries of the judge; what nobody counted has no data point."""
    return Period(at, tuple([_value(query, counts) for query in queries]))


def _value(query: Query, counts: Mapping[tuple[str, str, str], int]) -> float | None:
    found = counts.get((query.variant, query.quantity.dimensions.get("Group", ""), query.quantity.name))
    return None if found is None else float(found)
