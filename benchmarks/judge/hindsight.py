"""Peers tuned with hindsight: the setting of a rule that would have been best on these very streams."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np

from benchmarks.judge.score import Score
from benchmarks.judge.streams import ALPHA, LOOKS, Floats, Ints
from benchmarks.judge.thresholds import Alarm, Argo, Flagger

_LIMITS = 30
_WINDOWS = ((1, 1), (2, 2), (2, 3), (3, 3), (3, 5), (5, 5))
_COUNTS = (1, 2, 3, 5, 8, 12)


class Rule(Protocol):
    """A rule with its numbers chosen."""

    def stops(self, metric: Floats) -> Ints:
        """Return the looks at which it rolls back."""


Scored = Callable[[Ints, Ints], Score]
"""Scores the looks at which healthy and bad runs were rolled back."""


def tuned(rules: Iterable[Rule], healthy: Floats, worse: Floats, scored: Scored) -> Score:
    """Return the score of the rule that ends bad runs soonest among those with at most 1 % false rollbacks."""
    best: Score | None = None
    for rule in rules:
        blamed = rule.stops(healthy)
        if (blamed < LOOKS).mean() > ALPHA:
            continue
        found = scored(blamed, rule.stops(worse))
        if best is None or found.requests.mean() < best.requests.mean():
            best = found
    if best is None:
        raise ValueError("no setting of the rule keeps false rollbacks to 1 %")
    return best


def alarms(healthy: Floats) -> Iterator[Rule]:
    """Yield alarms with all usual windows and plausible limits."""
    return (Alarm(limit, *window) for limit in _limits(healthy) for window in _WINDOWS)


def flaggers(healthy: Floats) -> Iterator[Rule]:
    """Yield Flagger's rule with plausible limits and thresholds."""
    return (Flagger(limit, count) for limit in _limits(healthy) for count in _COUNTS)


def argos(healthy: Floats) -> Iterator[Rule]:
    """Yield Argo's rule with plausible limits and failure limits."""
    return (Argo(limit, count) for limit in _limits(healthy) for count in _COUNTS)


def _limits(healthy: Floats) -> list[float]:
    """Candidates from the healthy metric's median to beyond its highest value."""
    there = healthy[~np.isnan(healthy)]
    levels = 1 - np.geomspace(0.5, 1e-6, _LIMITS)
    return [*np.unique(np.quantile(there, levels)).tolist(), 1.5 * float(there.max()), float("inf")]
