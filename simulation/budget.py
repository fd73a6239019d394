"""Whether a plan keeps its budget, as far as the simulated rollouts can tell.

A budget is broken where the rollouts prove it: where the bound of a 95 % interval that speaks for the plan lies
beyond the limit. Luck alone then breaks a budget that is kept in at most one of 40 runs.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lambdas.rollout.plan import Budget
from simulation.interval import Interval, quantile, quantile_bounds, share
from simulation.outcome import End, Outcomes
from simulation.scenario import Nature

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Held:
    """One limit of a budget against one scenario: what was seen, its 95 % interval, and the limit."""

    budget: str
    scenario: str
    seen: float
    between: Interval
    limit: float

    @property
    def broken(self) -> bool:
        """Whether the limit is broken beyond doubt."""
        return self.between[0] > self.limit

    @property
    def kept(self) -> bool:
        """Whether the limit is kept beyond doubt."""
        return self.between[1] <= self.limit


def hold(budget: Budget, found: Iterable[Outcomes]) -> tuple[Held, ...]:
    """Hold simulated rollouts against every limit that concerns their scenario."""
    held: list[Held] = []
    for outcomes in found:
        match outcomes.scenario.nature:
            case Nature.HEALTHY:
                held += _healthy(budget, outcomes)
            case Nature.HARMFUL:
                held += _harmful(budget, outcomes)
            case Nature.BLIND:
                pass
    return tuple(held)


def _healthy(budget: Budget, outcomes: Outcomes) -> Iterable[Held]:
    wrong, total = outcomes.wrong, len(outcomes.all)
    if budget.false_rollback is not None:
        limit = budget.false_rollback
        yield Held("false_rollback", outcomes.scenario.name, wrong / total, share(wrong, total), limit)
    if budget.healthy_duration_p95 is not None:
        lasted = [
            o.ended if o.end is End.PROMOTED else math.inf for o in outcomes.all if o.end is not End.ROLLED_BACK
        ]
        yield from _p95("healthy_duration_p95", outcomes, lasted, budget.healthy_duration_p95)


def _harmful(budget: Budget, outcomes: Outcomes) -> Iterable[Held]:
    """A canary that was not taken back hurts without end."""
    back = [outcome if outcome.end is End.ROLLED_BACK else None for outcome in outcomes.all]
    if budget.bad_answers_p95 is not None:
        hurt = [math.inf if outcome is None else outcome.bad_answers for outcome in back]
        yield from _p95("bad_answers_p95", outcomes, hurt, budget.bad_answers_p95)
    if budget.time_to_rollback_p95 is not None:
        took = [math.inf if outcome is None else outcome.exposed for outcome in back]
        yield from _p95("time_to_rollback_p95", outcomes, took, budget.time_to_rollback_p95)


def _p95(name: str, outcomes: Outcomes, values: Sequence[float], limit: float) -> Iterable[Held]:
    ordered = sorted(values)
    if ordered:
        between = quantile_bounds(ordered, _LEVEL)
        yield Held(name, outcomes.scenario.name, quantile(ordered, _LEVEL), between, limit)
