"""People in groups, what models answer them, and what CloudWatch would say of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from numpy.random import default_rng

from infra.spec.groups import expanded
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.guardrails import DisparateImpact, Fairness, OfGroups
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.quality.schema import Kind, Predicted, Schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    from lambdas.rollout.guardrails import Guardrail
    from lambdas.rollout.judge.bench import Sitting

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


def period(at: float, queries: Sequence[Query], counts: Mapping[tuple[str, str, str], float]) -> Period:
    """Answer queries of the judge; what nobody counted has no data point. Of a sum the name alone is a key."""
    return Period(at, tuple([_value(query, counts) for query in queries]))


def _value(query: Query, counts: Mapping[tuple[str, str, str], float]) -> float | None:
    asked = query.quantity
    name = asked.name if asked.stat == "Sum" else f"{asked.name} {asked.stat}"
    found = counts.get((query.variant, asked.dimensions.get("Group", ""), name))
    return None if found is None else float(found)


Drawn: TypeAlias = "NDArray[np.int64]"
ROLLOUTS, PERIODS, DECIDED = 2_000, 2, 900
APPROVED = dict(zip(GROUPS, (0.8, 0.64, 0.72, 0.68), strict=True))
"""One group is answered favourably exactly four fifths as often as another."""


def _draws(rng: Generator, variant: str, group: str, denied: float = 0.0) -> dict[tuple[str, str, str], Drawn]:
    """Draw all rollouts' counters; the model is right nine times in ten, and ``denied`` of its approvals are not."""
    size = (ROLLOUTS, PERIODS)
    worthy = rng.binomial(DECIDED, (APPROVED[group] - 0.1) / 0.8, size)
    tp, fp = rng.binomial(worthy, 0.9 * (1 - denied)), rng.binomial(DECIDED - worthy, 0.1 * (1 - denied))
    found = {
        "TruePositives": tp,
        "FalseNegatives": worthy - tp,
        "FalsePositives": fp,
        "TrueNegatives": DECIDED - worthy - fp,
        "Decisions": tp - tp + DECIDED,
        "Unfavourable": DECIDED - tp - fp,
    }
    return {(variant, group, name): counts for name, counts in found.items()}


def all_draws(seed: int, denied: Mapping[str, float]) -> dict[tuple[str, str, str], Drawn]:
    """Draw them for both arms and each group, the canary's as ``denied`` says."""
    rng = default_rng(seed)
    draws: dict[tuple[str, str, str], Drawn] = {}
    for group in GROUPS:
        draws |= _draws(rng, "stable", group) | _draws(rng, "canary", group, denied.get(group, 0.0))
    return draws


def failed(sitting: Sitting, draws: Mapping[tuple[str, str, str], Drawn], rollout: int) -> set[str]:
    """Judge one rollout; a FAIL at any look is one at the last, for evidence of harm is never lost."""
    series = [
        period(60.0 * at, sitting.queries, {key: int(counts[rollout, at]) for key, counts in draws.items()})
        for at in range(PERIODS)
    ]
    return {each.guardrail for each in sitting.judge(series).verdicts if each.outcome is Outcome.FAIL}
