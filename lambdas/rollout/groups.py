"""Guardrails on groups of people: which counters they are judged by.

The counters are published per group, by the functions that know what answers (and truths) mean: ``Decisions`` and
``Unfavourable`` of every answer that has a group, and ``TruePositives``, ``FalsePositives``, ``FalseNegatives`` and
``TrueNegatives`` where the truth is known. A positive is the schema's positive label. docs/metrics.md has the
definitions, with their sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.rollout.quantities import ENDPOINT, VARIANT, Quantity

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from lambdas.rollout.guardrails import Fairness, Guardrail, OfGroups

_METRICS = ("demographic_parity", "equal_opportunity", "predictive_equality", "disparate_impact")
Names = tuple[str, str]
"""Counters: of what is bad, and of all, or (where there is a truth) of what is good."""

DECISIONS: Names = ("Unfavourable", "Decisions")
_OF_POSITIVES: Names = ("FalseNegatives", "TruePositives")
_OF_NEGATIVES: Names = ("FalsePositives", "TrueNegatives")


def about_groups(guardrail: Guardrail) -> TypeIs[OfGroups]:
    """Tell whether a guardrail is about groups of people, and not about all of them together."""
    return guardrail.metric in _METRICS


def is_key(key: str) -> bool:
    """Tell whether a key, such as a verdict has, is that of a guardrail on groups."""
    return key.partition("[")[0] in _METRICS


def among(guardrail: Guardrail) -> int:
    """Tell how many guardrails share one part of ``false_rollback``."""
    return guardrail.among if about_groups(guardrail) else 1


def named(guardrail: Fairness) -> Names:
    """Name a guardrail's counters.

    Who deserves a favourable answer is who truly has the favourable label: the positives, or else the negatives.
    """
    if guardrail.metric == "demographic_parity":
        return DECISIONS
    deserving = guardrail.metric == "equal_opportunity"
    return _OF_POSITIVES if deserving == (guardrail.worthy == "positive") else _OF_NEGATIVES


def counters(names: Names, group: str) -> tuple[Quantity, ...]:
    """Read counters of one group."""
    dimensions = {"EndpointName": ENDPOINT, "VariantName": VARIANT, "Group": group}
    return tuple([Quantity("Serinus", name, dimensions) for name in names])
