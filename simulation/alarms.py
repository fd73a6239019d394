"""The plan's alarms: the fast path for what is gross, as `infra.alarms` words them for CloudWatch."""

import math
from collections import deque

from numpy.random import Generator

from infra.alarms import CHANCE
from infra.spec.rollout import alarmed
from lambdas.rollout.guardrails import ErrorRate, Latency
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.plan import Plan
from lambdas.rollout.ports import Firing
from simulation.law import Law
from simulation.stream import Drawn


class GrossAlarm:
    """One guardrail's alarm: fires while it was breached in as many of the last periods as it says."""

    def __init__(self, name: str, guardrail: ErrorRate | Latency) -> None:
        self.name, self._guardrail = name, guardrail
        self._breaches: deque[bool] = deque(maxlen=guardrail.alarm.periods)
        self.firing: Firing | None = None

    def evaluate(self, drawn: Drawn, now: float, rng: Generator) -> bool:
        """Look at one more period; tells whether the alarm has gone off just now."""
        self._breaches.append(not drawn.canary_lost and self._breached(drawn, rng))
        before = self.firing
        if sum(self._breaches) < self._guardrail.alarm.breaches:
            self.firing = None
        elif before is None:
            self.firing = Firing(self.name, now, f"alarm {self.name}")
        return before is None and self.firing is not None

    def _breached(self, drawn: Drawn, rng: Generator) -> bool:
        canary, stable = drawn.requests.canary, drawn.requests.stable
        guard, least = self._guardrail, self._guardrail.alarm.min_requests
        if isinstance(guard, ErrorRate):
            return (
                canary.total >= max(least, 1) and _excess(canary, stable, lost=drawn.stable_lost) > guard.alarm_above
            )
        if drawn.stable_lost or min(canary.total, stable.total) < max(least, 1):
            return False
        level, now = guard.percentile / 100, drawn.conditions
        of_canary = _sample_quantile(now.canary.latency, level, canary.total, rng)
        return of_canary > guard.alarm_above * _sample_quantile(now.stable.latency, level, stable.total, rng)


def _excess(canary: Arm, stable: Arm, *, lost: bool) -> float:
    """Return the canary's error rate less stable's and less what chance may do (`infra.alarms`)."""
    known = Arm(0, 0) if lost else stable
    both = canary.plus(known).rate
    variance = both * (1 - both) * (1 / canary.total + (1 / known.total if known.total else 0.0))
    return canary.rate - known.rate - CHANCE * math.sqrt(variance)


def _sample_quantile(law: Law, level: float, count: int, rng: Generator) -> float:
    """Draw the quantile of ``count`` values: the share below an order statistic has a beta law."""
    rank = min(max(level * count, 0.5), count)
    return law.quantile(min(float(rng.beta(rank, count - rank + 0.5)), 1 - 1e-9))


def alarms(plan: Plan) -> tuple[GrossAlarm, ...]:
    """Make the alarms of a plan, named by their guardrails."""
    return tuple(GrossAlarm(guard.key, guard) for _, guard in alarmed(plan))
