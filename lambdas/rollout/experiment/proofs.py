"""The evidence on one ordered pair of arms: the judge's harm test, with the roles of the arms chosen to suit.

That "a earns more than b" is what the judge finds where a is its canary and conversions are what it counts; that "b
earns more than a by less than the effect" is that a's rate is more than 1/(1 + effect) times b's, the same test
with that margin. For values the judge asks which arm is worse, so b is its canary.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lambdas.rollout.experiment.terms import Claim
from lambdas.rollout.guardrails import Value
from lambdas.rollout.judge.draws import against_stable
from lambdas.rollout.judge.fold import Fold, Mapped
from lambdas.rollout.judge.harm import Harm, harm, suspects
from lambdas.rollout.judge.ladder import WORSE_PRIOR
from lambdas.rollout.judge.spread import SpreadTest
from lambdas.rollout.judge.tables import Histogram, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdas.rollout.experiment.rows import Rates, Values
    from lambdas.rollout.experiment.terms import Terms
    from lambdas.rollout.judge.ladder import Ladder

POWERS = (0.6, 1.0, 1.7, 3.0, 8.0)
PRIOR = (0.25, 0.40, 0.20, 0.10, 0.05)
"""Rate ratios that are looked for, as powers of 1 + effect, and their weights: most on the effect itself."""
_LEAST_ALPHA = 1e-300
"""The judge takes no smaller one. A burst that asks for less proves nothing, which errs on the safe side."""


def rate_proof(terms: Terms, pair: tuple[int, int], claim: Claim) -> Callable[[Sequence[Rates]], float]:
    """Return what tells the log e-value, never above the bound, of all periods so far."""
    sought = suspects(tuple((1 + terms.effect) ** power for power in POWERS))
    margin, (arm, other) = 1 / (1 + terms.effect) if claim is Claim.CLOSE else 1.0, pair

    def step(before: Harm, row: Rates) -> Harm:
        if not all(0 <= each.bad <= each.total for each in row.arms):
            return before
        draw = against_stable(Table(row.at, row.arms[arm], row.arms[other]), margin)
        return harm(before, draw, terms.claim_alpha, terms.burst, sought)

    fold = Fold(step, Harm(posterior=tuple(map(math.log, PRIOR))))
    return lambda rows: fold(rows).wealth


def value_proof(
    terms: Terms, ladder: Ladder, pair: tuple[int, int], claim: Claim
) -> Callable[[Sequence[Values]], float]:
    """Return the same for values: of arms whose values are no higher in any quantile.

    Bursts temper each component of the judge's mixture; its root is at most the sum of theirs, hence the toll.
    """
    toll = math.log(sum(weight ** (1 / terms.burst) for weight in WORSE_PRIOR))
    alpha = math.exp(max(math.log(_LEAST_ALPHA), terms.burst * (math.log(terms.claim_alpha) - toll)))
    test, (arm, other) = SpreadTest(Value("revenue"), alpha, alpha, ladder), pair

    def histogram(row: Values) -> Histogram:
        mine, theirs = row.plain[arm], (row.lifted if claim is Claim.CLOSE else row.plain)[other]
        return Histogram(row.at, stable=mine, at_margin=theirs, at_detect=(0,) * len(theirs))

    rows_of_pair: Mapped[Values, Histogram] = Mapped(histogram)
    return lambda rows: test.verdict(rows_of_pair(rows)).harm / terms.burst - toll
