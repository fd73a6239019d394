"""How many predictions got their truth, on each arm: if not the same part, what is judged may be biased."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lambdas.rollout.catalogue import Query
from lambdas.rollout.groups import is_key
from lambdas.rollout.guardrails import Guardrail
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import STABLE
from lambdas.rollout.quantities import Quantity
from lambdas.rollout.recipes import Reading

_SURE = 4.0
"""Standard errors: chance comes so far once in 16,000 times, and this is looked at often."""
_MATTERS = 0.02
"""The least difference between two parts that is told: of a million labels every one is sure."""
LEARNED = ("accuracy", "precision", "recall", "f1", "auc", "log_loss", "brier", "calibration", "absolute_error")
"""Metrics that nobody knows before truths come."""
EARNED = ("conversion", "revenue")
"""Metrics of what people do who got the answers; a shadow's nobody gets."""


def is_of_quality(metric: str) -> bool:
    """Tell whether a guardrail's metric is judged by what is learned of answers after they were given."""
    return metric in LEARNED or metric in EARNED or is_key(metric)


class Coverage(NamedTuple):
    """Labelled of predicted by variant, as ``bad`` of ``total``: an `Arm` counts any part of a whole."""

    arms: Mapping[str, Arm]

    @property
    def uneven(self) -> str:
        """A sentence where truths come more often for one arm than for stable, beyond chance, or less; else empty."""
        stable = self.arms.get(STABLE, Arm(0, 0))
        others = {name: arm for name, arm in self.arms.items() if name != STABLE and _apart(arm, stable)}
        if not others:
            return ""
        oftener = [name for name, arm in others.items() if arm.rate > stable.rate]
        rarer = [name for name in others if name not in oftener]
        told = [f"{' and '.join(oftener)} than for {STABLE}"] if oftener else []
        told += [f"{STABLE} than for {' and '.join(rarer)}"] if rarer else []
        return f"truths come more often for {', and for '.join(told)}: what is judged by them may be biased"


def _apart(one: Arm, other: Arm) -> bool:
    """Tell whether two parts differ by more than chance, and by so much that it matters."""
    total = one.total + other.total
    if not (one.total and other.total):
        return False
    both = (one.bad + other.bad) / total
    error = math.sqrt(both * (1 - both) * (1 / one.total + 1 / other.total))
    apart = abs(one.rate - other.rate)
    return apart >= _MATTERS and apart > _SURE * error


def asks(guardrails: Sequence[Guardrail]) -> bool:
    """Tell whether any guardrail is judged by what turned out to be true."""
    return any(guardrail.metric in LEARNED for guardrail in guardrails)


def queries(arms: Sequence[str]) -> tuple[Query, ...]:
    """Ask for what `coverage` takes, of these variants."""
    return tuple(
        Query(variant, Quantity("Serinus", name)) for variant in arms for name in ("Labelled", "Predictions")
    )


def coverage(arms: Sequence[str], readings: Sequence[Reading]) -> Coverage | None:
    """Take the values of `queries`; None where nothing was predicted that Serinus counted.

    Counters come one after the other: at no moment more is labelled than predicted.
    """
    counts = [round(value or 0.0) for value in readings]
    pairs = zip(counts[::2], counts[1::2], strict=True)
    found = {name: Arm(min(labelled, total), total) for name, (labelled, total) in zip(arms, pairs, strict=True)}
    return Coverage(found) if any(arm.total for arm in found.values()) else None
