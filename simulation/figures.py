"""What many outcomes come to: shares and quantiles, each with its 95 % interval."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lambdas.rollout.judge.interval import Interval, share
from simulation.interval import quantile, quantile_bounds
from simulation.outcome import End, Outcome, Outcomes
from simulation.scenario import Nature

NEVER = math.inf
"""The time and the number of bad answers of a canary that is not taken back."""


class Unit(StrEnum):
    """What a figure counts."""

    SHARE = "share of rollouts"
    SECONDS = "seconds"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a scenario's rollouts: less is better. Infinite where it never came to that."""

    name: str
    unit: Unit
    seen: float
    between: Interval


def figures(outcomes: Outcomes) -> tuple[Figure, ...]:
    """Tell the figures that matter for a scenario's nature."""
    paused = _share("paused", outcomes.count(End.PAUSED), outcomes)
    match outcomes.scenario.nature:
        case Nature.HEALTHY:
            wrong = _share("false_rollback", outcomes.wrong, outcomes)
            return wrong, paused, *_quantiles("healthy_duration", Unit.SECONDS, durations(outcomes))
        case Nature.HARMFUL:
            return _share("missed", outcomes.wrong, outcomes), paused, *_harm(outcomes)
        case Nature.BLIND:
            return _share("promoted_blindly", outcomes.wrong, outcomes), paused


def durations(outcomes: Outcomes) -> list[float]:
    """Return how long rollouts that were not taken back lasted; one that waits for a person lasts for ever."""
    kept = [outcome for outcome in outcomes.all if outcome.end is not End.ROLLED_BACK]
    return sorted(outcome.ended if outcome.end is End.PROMOTED else NEVER for outcome in kept)


def bad_answers(outcomes: Outcomes) -> list[float]:
    """Return the bad answers until the traffic was off the canary again."""
    return sorted(outcome.bad_answers if _back(outcome) else NEVER for outcome in outcomes.all)


def times_to_rollback(outcomes: Outcomes) -> list[float]:
    """Return the seconds from the canary's first traffic to its last."""
    return sorted(outcome.exposed if _back(outcome) else NEVER for outcome in outcomes.all)


def causes(outcomes: Outcomes) -> tuple[tuple[str, int], ...]:
    """Count what took rollouts back, the most frequent first."""
    return tuple(Counter(outcome.cause for outcome in outcomes.all if _back(outcome)).most_common())


def _back(outcome: Outcome) -> bool:
    return outcome.end is End.ROLLED_BACK


def _harm(outcomes: Outcomes) -> Iterator[Figure]:
    yield from _quantiles("time_to_rollback", Unit.SECONDS, times_to_rollback(outcomes))
    yield from _quantiles("bad_answers", Unit.ANSWERS, bad_answers(outcomes))


def _share(name: str, count: int, outcomes: Outcomes) -> Figure:
    total = len(outcomes.all)
    return Figure(name, Unit.SHARE, count / total, share(count, total))


def _quantiles(name: str, unit: Unit, ordered: Sequence[float]) -> Iterable[Figure]:
    for suffix, level in (("p50", 0.5), ("p95", 0.95)):
        if ordered:
            yield Figure(f"{name}_{suffix}", unit, quantile(ordered, level), quantile_bounds(ordered, level))
