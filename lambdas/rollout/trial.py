"""How a step that tests both models stands: its experiment judged, or its bandit moved, by rewards per period.

Exposures are what the router counts, and rewards are counted at the minute of their exposure, however late they come.
So the latest periods lack rewards, on both arms alike.
"""

from collections.abc import Collection, Mapping, Sequence
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

_MINUTE = 60.0


class Trial(NamedTuple):
    """Where a step's experiment, or its bandit, stands; None where it has none."""

    experiment: Verdict | None = None
    bandit: Update | None = None


class Served(NamedTuple):
    """How the arms are served: ``shares`` (basis points, all but stable) since ``since``, and who was ``dropped``."""

    shares: Mapping[str, int]
    since: float
    dropped: Collection[str] = ()


def arms(step: Step) -> tuple[str, ...]:
    """Name the variants that a step tests, stable first, then the canary."""
    return (STABLE, CANARY, *(step.tests.challengers if step.tests else ()))


def queries(step: Step) -> tuple[Query, ...]:
    """Ask for exposures and rewards of each arm."""
    names = ("RoutedRequests", "Conversions")
    return tuple(Query(arm, Quantity(namespace="Serinus", name=name)) for arm in arms(step) for name in names)


def trial(step: Step, served: Served, periods: Sequence[Period], elapsed: float) -> Trial:
    """Judge all periods since the test began, ``elapsed`` seconds ago, given with the values of `queries`."""
    rows = [_row(minute) for minute in _by_minute(periods)]
    if step.experiment:
        recent = [_row(period).arms for period in periods if period.at >= served.since]
        exposed = [sum(row[place].total for row in recent) for place in range(len(arms(step)))]
        return Trial(experiment=_judged(step, step.experiment, served, rows, exposed, elapsed))
    return Trial(bandit=_moved(step, step.bandit, served, rows, elapsed) if step.bandit else None)


def _by_minute(periods: Sequence[Period]) -> list[Period]:
    """Sum what belongs to one minute: rewards are counted at the minute of their exposure, and no finer."""
    minutes: dict[float, list[float]] = {}
    for period in periods:
        sums = minutes.setdefault(period.at // _MINUTE * _MINUTE, [0.0] * len(period.values))
        for place, value in enumerate(period.values):
            sums[place] += value or 0.0
    return [Period(at, tuple(sums)) for at, sums in minutes.items()]


def _row(period: Period) -> Rates:
    """Count those who were exposed, and those of them who were won; a reward without its exposure is not believed."""
    counts = [round(value or 0.0) for value in period.values]
    pairs = zip(counts[::2], counts[1::2], strict=True)
    return Rates(period.at, tuple(Arm(min(won, shown), shown) for shown, won in pairs))


def _judged(
    step: Step, asked: Experiment, served: Served, rows: Sequence[Rates], exposed: Sequence[int], elapsed: float
) -> Verdict:
    """Judge the arms that are still in; each claim keeps the chance that it had when all of them were."""
    everyone = arms(step)
    places = [place for place, arm in enumerate(everyone) if arm not in served.dropped]
    kept = [everyone[place] for place in places]
    terms = Terms(
        arms=tuple(kept),
        split=tuple(_shares(kept, served)),
        effect=asked.minimum_effect,
        alpha=asked.alpha * _pairs(len(kept)) / _pairs(len(everyone)),
        power=asked.power,
        max_duration=asked.max_,
        burst=asked.burst,
    )
    rows = [Rates(row.at, tuple(row.arms[place] for place in places)) for row in rows]
    return rates(terms).verdict(rows, [exposed[place] for place in places], elapsed)


def _pairs(count: int) -> int:
    return count * (count - 1)


def _shares(names: Sequence[str], served: Served) -> list[int]:
    """List the arms' shares; stable, the first one, has what is left."""
    others = [served.shares.get(name, 0) for name in names[1:]]
    return [FULL - sum(others), *others]


def _moved(step: Step, asked: Bandit, served: Served, rows: Sequence[Rates], elapsed: float) -> Update:
    terms = BanditTerms(
        floor=asked.floor,
        max_change=asked.max_change,
        discount=asked.discount,
        until=asked.until,
        max_duration=asked.max_,
    )
    names = arms(step)
    batches = [
        Batch(row.at, {name: conversions(arm.total, arm.bad) for name, arm in zip(names, row.arms, strict=True)})
        for row in rows
    ]
    shares = zip(names, _shares(names, served), strict=True)
    given = [BanditArm(name, share, name not in served.dropped) for name, share in shares]
    return weights(batches, given, terms, elapsed)
