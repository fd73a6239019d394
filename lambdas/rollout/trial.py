"""How a step that tests both models stands: its experiment judged, or its bandit moved, by rewards per period.

Exposures are what the router counts, and rewards are counted at the minute of their exposure, however late they come.
So the latest periods lack rewards, on both arms alike.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lambdas.rollout.bandit.batches import Batch, conversions
from lambdas.rollout.bandit.terms import Arm as BanditArm
from lambdas.rollout.bandit.terms import Terms as BanditTerms
from lambdas.rollout.bandit.terms import Update
from lambdas.rollout.bandit.update import weights
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.experiment.experiment import rates
from lambdas.rollout.experiment.rows import Rates
from lambdas.rollout.experiment.terms import Terms, Verdict
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Bandit, Experiment, Step
from lambdas.rollout.quantities import Quantity

_ARMS = (STABLE, CANARY)
_MINUTE = 60.0
QUERIES = tuple(
    Query(arm, Quantity(namespace="Serinus", name=name))
    for arm in _ARMS
    for name in ("RoutedRequests", "Conversions")
)
"""What is read for a trial: exposures and rewards of each arm."""


class Trial(NamedTuple):
    """Where a step's experiment, or its bandit, stands; None where it has none."""

    experiment: Verdict | None = None
    bandit: Update | None = None


def trial(step: Step, weight: int, periods: Sequence[Period], elapsed: float) -> Trial:
    """Judge all periods since the step serves, ``elapsed`` seconds ago, given with the values of `QUERIES`."""
    rows = [_row(minute) for minute in _by_minute(periods)]
    if step.experiment:
        return Trial(experiment=_judged(step.experiment, rows, elapsed))
    return Trial(bandit=_moved(step.bandit, weight, rows, elapsed) if step.bandit else None)


def _by_minute(periods: Sequence[Period]) -> list[Period]:
    """Sum what belongs to one minute: rewards are counted at the minute of their exposure, and no finer."""
    minutes: dict[float, list[float]] = {}
    for period in periods:
        sums = minutes.setdefault(period.at // _MINUTE * _MINUTE, [0.0] * len(QUERIES))
        for place, value in enumerate(period.values):
            sums[place] += value or 0.0
    return [Period(at, tuple(sums)) for at, sums in minutes.items()]


def _row(period: Period) -> Rates:
    """Count those who were exposed, and those of them who were won; a reward without its exposure is not believed."""
    counts = [round(value or 0.0) for value in period.values]
    arms = zip(counts[::2], counts[1::2], strict=True)
    return Rates(period.at, tuple(Arm(min(won, shown), shown) for shown, won in arms))


def _judged(asked: Experiment, rows: Sequence[Rates], elapsed: float) -> Verdict:
    terms = Terms(
        arms=_ARMS,
        split=(FULL - asked.split, asked.split),
        effect=asked.minimum_effect,
        alpha=asked.alpha,
        power=asked.power,
        max_duration=asked.max_,
        burst=asked.burst,
    )
    exposed = [sum(row.arms[place].total for row in rows) for place in range(len(_ARMS))]
    return rates(terms).verdict(rows, exposed, elapsed)


def _moved(asked: Bandit, weight: int, rows: Sequence[Rates], elapsed: float) -> Update:
    terms = BanditTerms(
        floor=asked.floor,
        max_change=asked.max_change,
        discount=asked.discount,
        until=asked.until,
        max_duration=asked.max_,
    )
    batches = [
        Batch(row.at, {name: conversions(arm.total, arm.bad) for name, arm in zip(_ARMS, row.arms, strict=True)})
        for row in rows
    ]
    return weights(batches, [BanditArm(STABLE, FULL - weight), BanditArm(CANARY, weight)], terms, elapsed)
