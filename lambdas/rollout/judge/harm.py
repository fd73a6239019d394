"""Evidence that the canary is worse: the boosted conditional mixture e-process (JUDGE.md, section 2, 1-5).

Given a period's margins, the canary's bad count is hypergeometric under "no worse", whatever the base rate:
incidents that hit both arms cancel. The running product of e-values may be looked at every period (Ville's
inequality), and is boosted by what its overshoot would waste (`lambdas.rollout.judge.boost`). It stays valid for
sampling without replacement: Hoeffding 1963, theorem 4.
"""

import math
from collections.abc import Iterable

from lambdas.rollout.judge.boost import Mixture, boost
from lambdas.rollout.judge.tables import Table

RATIOS = (1.4, 1.8, 2.5, 4.0, 10.0, 50.0)
PRIOR = (0.25, 0.20, 0.17, 0.15, 0.13, 0.10)
"""Rate ratios that a bad canary may have, in multiples of the margin (so that none of them is a good one), and their
weights."""


def harm(tables: Iterable[Table], margin: float, alpha: float) -> float:
    """Return the log e-value against "the canary's rate is at most ``margin`` times stable's".

    It never exceeds ``log(1 / alpha)``; reaching it happens with probability at most ``alpha`` for a canary that
    is no worse, however often one looks.
    """
    bound = -math.log(alpha)
    wealth = 0.0
    posterior = [math.log(weight) for weight in PRIOR]
    for table in tables:
        if not (table.bad and table.canary.total and table.stable.total):
            continue
        share = _tilted_share(table.share, margin)
        tolls = [table.bad * math.log1p(share * (ratio - 1)) for ratio in RATIOS]
        steps = [table.canary.bad * math.log(r) - toll for r, toll in zip(RATIOS, tolls, strict=True)]
        gain = _log_sum(p + s for p, s in zip(posterior, steps, strict=True))
        mixture = Mixture([p - toll for p, toll in zip(posterior, tolls, strict=True)], RATIOS)
        wealth = min(bound, wealth + gain + boost(table, table.bad * share, mixture, bound - wealth))
        if wealth >= bound:
            return bound
        posterior = [p + s - gain for p, s in zip(posterior, steps, strict=True)]
    return wealth


def _tilted_share(share: float, margin: float) -> float:
    """The canary's expected share of the bad requests when its rate is exactly ``margin`` times stable's."""
    return margin * share / (1 + share * (margin - 1))


def _log_sum(logs: Iterable[float]) -> float:
    """Log of a sum of exponentials, without overflow."""
    terms = tuple(logs)
    top = max(terms)
    return top + math.log(sum(math.exp(x - top) for x in terms))
