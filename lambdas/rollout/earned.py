"""What the arms of a test have earned: which statistics are asked of CloudWatch, and what their values make.

Rewards are counted at the minute of their exposure, and no finer. Conversions are counts of exposures. Revenue comes
as values: a bandit needs their sum and that of their squares, an experiment how many lie in the bins of a ladder; an
exposure without revenue has earned 0.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lambdas.rollout.bandit.batches import Batch, Reward, conversions
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.experiment.rows import Rates, Values
from lambdas.rollout.judge.ladder import Ladder
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import STABLE
from lambdas.rollout.quantities import Quantity
from lambdas.rollout.recipes import up_to
from lambdas.rollout.state import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.recipes import Reading

EARNED = "earned"
"""The key of the ladder that revenue is counted by: no guardrail's."""
_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)
"""Shares of those who pay anything, from those who pay most on: where the bins' edges are."""
_JUST_BELOW = 1 - 1e-6
"""Prices are often equal: an edge is a little below, so that those who pay just that lie above it."""
_ANYTHING = 1e-9
"""The last edge, between those who pay and those who do not; CloudWatch takes ten decimals."""
_ENOUGH = 100.0
"""Payments that make quantiles."""
_MINUTE = 60.0
_EXPOSED = Quantity("Serinus", "RoutedRequests")


def _revenue(stat: str) -> Quantity:
    return Quantity("Serinus", "Revenue", stat=stat)


def past() -> tuple[Query, ...]:
    """Ask for stable's exposures and payments, and for the quantiles of the payments, from the highest on."""
    stats = ["SampleCount", *(f"p{100 * (1 - level):.10g}" for level in _LEVELS)]
    return (Query(STABLE, _EXPOSED), *(Query(STABLE, _revenue(stat)) for stat in stats))


def ladder(now: float, values: Sequence[Reading]) -> Ladder | None:
    """Make the ladder of the values of `past`; None while there are too few payments."""
    exposed, paid, *quantiles = (0.0 if value is None else value for value in values)
    if paid < _ENOUGH or exposed <= 0 or min(quantiles) <= 0:
        return None
    share = min(paid / exposed, _JUST_BELOW)
    edges = {edge * _JUST_BELOW: level * share for edge, level in zip(quantiles, _LEVELS, strict=True)}
    return Ladder(EARNED, now, (*edges, _ANYTHING), (*edges.values(), share))


def of_conversions(arms: Sequence[str]) -> tuple[Query, ...]:
    """Ask for exposures and conversions of each arm."""
    return tuple(Query(arm, each) for arm in arms for each in (_EXPOSED, Quantity("Serinus", "Conversions")))


def of_sums(arms: Sequence[str]) -> tuple[Query, ...]:
    """Ask for exposures of each arm, the sum of its revenue, and that of the squares."""
    asked = (_EXPOSED, _revenue("Sum"), Quantity("Serinus", "RevenueSquared"))
    return tuple(Query(arm, each) for arm in arms for each in asked)


def of_bins(arms: Sequence[str], found: Ladder, effect: float) -> tuple[Query, ...]:
    """Ask for exposures, revenue and payments of each arm, and for payments up to each edge, as it is and lifted."""
    edges = [up_to(edge * times) for times in (1.0, 1 + effect) for edge in found.edges]
    asked = (_EXPOSED, *(_revenue(stat) for stat in ("Sum", "SampleCount", *edges)))
    return tuple(Query(arm, each) for arm in arms for each in asked)


def by_minute(periods: Sequence[Period]) -> list[Period]:
    """Sum what belongs to one minute."""
    minutes: dict[float, list[float]] = {}
    for period in periods:
        sums = minutes.setdefault(period.at // _MINUTE * _MINUTE, [0.0] * len(period.values))
        for place, value in enumerate(period.values):
            sums[place] += value or 0.0
    return [Period(at, tuple(sums)) for at, sums in minutes.items()]


def exposed(periods: Sequence[Period], arms: int) -> list[int]:
    """Count the exposures of each arm, whose values begin with them."""
    shown = [[round(part[0]) for part in _parts(each, arms)] for each in periods]
    return [sum(row[place] for row in shown) for place in range(arms)]


def results(periods: Sequence[Period], arms: Sequence[str]) -> tuple[Result, ...]:
    """Sum exposures, and what was earned: each arm's first two values, whatever is asked for."""
    rows = [_parts(each, len(arms)) for each in periods]
    sums = [[sum(row[place][column] for row in rows) for column in (0, 1)] for place in range(len(arms))]
    return tuple(Result(name, round(shown), earned) for name, (shown, earned) in zip(arms, sums, strict=True))


def words(found: Sequence[Result], metric: str) -> str:
    """Say what each arm has earned per answer."""
    told = (f"{each.variant} {_mean(each, metric)} of {each.exposed}" for each in found if each.exposed)
    return f"{metric}: {', '.join(told) or 'nothing yet'}"


def _mean(found: Result, metric: str) -> str:
    return f"{100 * found.mean:.3g} %" if metric == "conversion" else f"{found.mean:.4g} for each"


def rates(period: Period, arms: int) -> Rates:
    """Count those who were exposed, and those of them who were won; a reward without its exposure is not believed."""
    pairs = [(round(shown), round(won)) for shown, won in _parts(period, arms)]
    return Rates(period.at, tuple(Arm(min(won, shown), shown) for shown, won in pairs))


def values(period: Period, arms: int) -> Values:
    """Count payments by bins, from those who pay most to those who pay nothing."""
    plain, lifted = [], []
    for shown, _, paid, *below in _parts(period, arms):
        half = len(below) // 2
        plain.append(_bins(shown, paid, below[:half]))
        lifted.append(_bins(shown, paid, below[half:]))
    return Values(period.at, tuple(plain), tuple(lifted))


def _bins(shown: float, paid: float, below: Sequence[float]) -> tuple[int, ...]:
    above = [round(max(0.0, paid - count)) for count in below]
    return tuple(after - before for before, after in pairwise([0, *above, max(round(shown), above[-1])]))


def batch(period: Period, arms: Sequence[str], *, revenue: bool) -> Batch:
    """Make what a bandit weighs of a minute."""
    if revenue:
        sums = [Reward(round(shown), total, squares) for shown, total, squares in _parts(period, len(arms))]
    else:
        sums = [conversions(arm.total, arm.bad) for arm in rates(period, len(arms)).arms]
    return Batch(period.at, dict(zip(arms, sums, strict=True)))


def _parts(period: Period, arms: int) -> list[list[float]]:
    """Cut a period's values into those of each arm; what is missing is nothing."""
    width = len(period.values) // arms
    known = [value or 0.0 for value in period.values]
    return [known[place : place + width] for place in range(0, arms * width, width)]
