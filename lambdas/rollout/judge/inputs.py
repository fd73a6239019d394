"""Whether stable and the canary are asked alike, and as the baseline was: evidence on what both are asked.

Between the arms each feature has an e-process: the two-sample e-variable of Turner, Ly and Gruenwald
(`lambdas.rollout.judge.spread`), with ratios that are learned from the periods before and rise and fall as they will.
Within a period both arms draw from one distribution where requests are dealt at random, whatever that is, so what
moves for both of them counts for nothing, and it may be looked at as often as one likes. Over all features together
a false alarm has at most the chance ``alpha`` (Boole). The stability index must be great as well
(`lambdas.rollout.quality.shift.PSI`): with a million requests a difference that matters to nobody is sure.

Both arms together are compared with the baseline by chi-squared, adjusted by Holm, as the lake does.
"""

from __future__ import annotations

import math
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.catalogue import Query
from lambdas.rollout.judge.spread import after, components
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quality.bins import ANSWER
from lambdas.rollout.quality.inputs import LOWEST, METRIC
from lambdas.rollout.quality.shift import PSI, Drifted, drifted, homogeneous, stability
from lambdas.rollout.quantities import ENDPOINT, VARIANT, Quantity
from lambdas.rollout.recipes import up_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdas.rollout.catalogue import Period
    from lambdas.rollout.judge.spread import Bins as Counts
    from lambdas.rollout.quality.bins import Baseline, Bins

ALPHA = 0.001
"""The chance of a routing fault where there is none, over a whole rollout."""
ENOUGH = 100
"""Requests that either arm must have had, for anything to be said."""
_PRIOR = 100.0
"""Requests that each arm is taken to have had before the first period, so that a few do not make a law."""


class Both(NamedTuple):
    """One feature's requests per bin on both arms, in one period or in several."""

    canary: Counts
    stable: Counts

    @property
    def fewer(self) -> int:
        """The requests of the arm that has had fewer."""
        return min(sum(self.canary), sum(self.stable))

    def plus(self, other: Both) -> Both:
        """Add another period."""
        return Both(tuple(map(add, self.canary, other.canary)), tuple(map(add, self.stable, other.stable)))


class Evidence(NamedTuple):
    """What both arms were asked, and answered.

    ``apart`` are features in which the canary is asked other things than stable, or answers otherwise; ``moved`` are
    those in which both together are asked other things than the baseline has. ``read`` counts the requests of the arm
    that has had fewer; of fewer than `ENOUGH` nothing is claimed.
    """

    read: int
    apart: tuple[Drifted, ...] = ()
    moved: tuple[Drifted, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether there are so many that something can be said."""
        return self.read >= ENOUGH


def queries(baseline: Baseline) -> tuple[Query, ...]:
    """Ask for what `weigh` takes: of each feature and arm its requests, and those up to each bin but the last."""
    return tuple(
        Query(variant, Quantity("Serinus", METRIC, _dimensions(bins), stat))
        for bins in baseline.features
        for variant in (CANARY, STABLE)
        for stat in _stats(bins)
    )


def _dimensions(bins: Bins) -> dict[str, str]:
    return {"EndpointName": ENDPOINT, "VariantName": VARIANT, "Feature": bins.feature, "Bins": bins.mark}


def _stats(bins: Bins) -> list[str]:
    """Bins have whole numbers, so that between two of them nothing lies on the bound."""
    return ["SampleCount", *(up_to(LOWEST + place + 0.5) for place in range(len(bins.counts) - 1))]


def weigh(baseline: Baseline, periods: Sequence[Period], alpha: float) -> Evidence:
    """Weigh all periods of a step, given with the values of `queries`, oldest first."""
    per_period = [tuple(_counted(baseline, period)) for period in periods]
    each_feature = [
        (bins, [counted[place] for counted in per_period]) for place, bins in enumerate(baseline.features)
    ]
    bound = math.log(len(each_feature) / alpha) if each_feature else math.inf
    apart, tested, read = [], [], []
    for bins, series in each_feature:
        nothing = (0,) * len(bins.counts)
        whole = Both(nothing, nothing)
        for each in series:
            whole = whole.plus(each)
        read.append(whole.fewer)
        if whole.fewer < ENOUGH:
            continue
        answer = bins.feature == ANSWER
        log_e, psi = evidence(series), stability(list(zip(whole.stable, whole.canary, strict=True)))
        if log_e >= bound and psi >= PSI:
            apart.append(Drifted(bins.feature, psi, len(each_feature) * math.exp(-log_e), answer=answer))
        if not answer:
            pooled = list(zip(bins.counts, map(add, *whole), strict=True))
            tested.append(Drifted(bins.feature, stability(pooled), homogeneous(pooled)))
    worst_first = sorted(apart, key=lambda each: (-each.psi, each.feature))
    return Evidence(min(read, default=0), tuple(worst_first), drifted(tested))


def evidence(series: Sequence[Both]) -> float:
    """Return the highest log e-value that a feature has had against both arms being asked alike; never below 0.

    Each period is weighed by ratios that the periods before it have taught.
    """
    log, highest = 0.0, 0.0
    before: Both | None = None
    for each in series:
        if before is not None:
            (log,) = after((log,), components(learned(before)), each.canary, each.stable)
            highest = max(highest, log)
        before = each if before is None else before.plus(each)
    return highest


def learned(before: Both) -> tuple[float, ...]:
    """Return each bin's likelihood ratio, canary's to stable's, as counted so far; none is 0 or infinite.

    Both arms begin with `_PRIOR` requests that lie as those of both together do, half a request in each bin besides.
    """
    both = [0.5 + canary + stable for canary, stable in zip(*before, strict=True)]
    prior = [_PRIOR * count / sum(both) for count in both]
    mine, theirs = (list(map(add, prior, arm)) for arm in before)
    scale = sum(theirs) / sum(mine)
    return tuple([scale * canary / stable for canary, stable in zip(mine, theirs, strict=True)])


def _counted(baseline: Baseline, period: Period) -> Iterator[Both]:
    """Take a period's values apart, feature by feature."""
    first = 0
    for bins in baseline.features:
        width = len(bins.counts)
        canary, stable = (period.values[first + arm * width : first + (arm + 1) * width] for arm in (0, 1))
        yield Both(_per_bin(canary), _per_bin(stable))
        first += 2 * width


def _per_bin(values: Sequence[float | None]) -> Counts:
    """Turn a total and the counts up to each bin into counts per bin; what CloudWatch has no point of is none."""
    total, *up_to_each = [round(value or 0.0) for value in values]
    found, below = [], 0
    for count in (*up_to_each, total):
        found.append(max(count - below, 0))
        below = max(count, below)
    return tuple(found)
