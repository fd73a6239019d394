"""How many predictions got their truth, on either arm: if not the same part, what is judged may be biased."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from lambdas.rollout.catalogue import Query
from lambdas.rollout.guardrails import Guardrail
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quantities import Quantity
from lambdas.rollout.recipes import Reading

_SURE = 4.0
"""Standard errors: chance comes so far once in 16,000 times, and this is looked at often."""
_MATTERS = 0.02
"""The least difference between two parts that is told: of a million labels every one is sure."""
LEARNED = ("accuracy", "precision", "recall", "f1", "auc", "log_loss", "absolute_error")
"""Metrics that nobody knows before truths come."""


class Coverage(NamedTuple):
    """Labelled of predicted, as ``bad`` of ``total``: an `Arm` counts any part of a whole."""

    canary: Arm
    stable: Arm

    @property
    def uneven(self) -> str:
        """A sentence where truths come more often for one arm than for the other, beyond chance; else empty."""
        total = self.canary.total + self.stable.total
        if not (self.canary.total and self.stable.total):
            return ""
        both = (self.canary.bad + self.stable.bad) / total
        error = math.sqrt(both * (1 - both) * (1 / self.canary.total + 1 / self.stable.total))
        apart = abs(self.canary.rate - self.stable.rate)
        if apart < _MATTERS or apart <= _SURE * error:
            return ""
        oftener = "canary" if self.canary.rate > self.stable.rate else "stable"
        return f"truths come more often for {oftener}: what is judged by them may be biased"


def asks(guardrails: Sequence[Guardrail]) -> bool:
    """Tell whether any guardrail is judged by what turned out to be true."""
    return any(guardrail.metric in LEARNED for guardrail in guardrails)


def queries() -> tuple[Query, ...]:
    """Ask for what `coverage` takes."""
    return tuple(
        Query(variant, Quantity("Serinus", name))
        for variant in (CANARY, STABLE)
        for name in ("Labelled", "Predictions")
    )


def coverage(readings: Sequence[Reading]) -> Coverage | None:
    """Take the values of `queries`; None where nothing was predicted that Serinus counted.

    Counters come one after the other: at no moment more is labelled than predicted.
    """
    labelled_c, predicted_c, labelled_s, predicted_s = (round(value or 0.0) for value in readings)
    if not predicted_c + predicted_s:
        return None
    return Coverage(Arm(min(labelled_c, predicted_c), predicted_c), Arm(min(labelled_s, predicted_s), predicted_s))
