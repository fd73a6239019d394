"""Evidence that the canary is worse: the boosted conditional mixture e-process (JUDGE.md, section 2, 1-5).

Given a period's margins, the canary's bad count is hypergeometric under "no worse", whatever the base rate:
incidents that hit both arms cancel. The running product of e-values may be looked at every period (Ville's
inequality); truncating it at the bound and giving back what the overshoot would waste is the boost of Fischer
and Ramdas, arXiv 2410.16076.
"""

import math
from collections.abc import Iterable

from lambdas.rollout.judge.tables import Table

RATIOS = (1.4, 1.8, 2.5, 4.0, 10.0, 50.0)
PRIOR = (0.25, 0.20, 0.17, 0.15, 0.13, 0.10)
_ROOM_LIMIT = 600.0
"""Logs above this would overflow; wealth so far from the bound needs no boost."""
BOOST_LIMIT = 400
"""Above this many bad requests in a period the boost gains nothing that a person would notice, and costs time."""


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
        steps = [_log_ratio(ratio / margin, share, table) for ratio in RATIOS]
        gain = _log_sum(p + s for p, s in zip(posterior, steps, strict=True))
        boost = _boost(table, share, margin, posterior, bound - wealth)
        wealth = min(bound, wealth + boost + gain)
        if wealth >= bound:
            return bound
        posterior = [p + s - gain for p, s in zip(posterior, steps, strict=True)]
    return wealth


def _tilted_share(share: float, margin: float) -> float:
    """The canary's expected share of the bad requests when its rate is exactly ``margin`` times stable's."""
    return margin * share / (1 + share * (margin - 1))


def _log_ratio(ratio: float, share: float, table: Table) -> float:
    """Log e-value of one period against ratio 1; valid without replacement too (Hoeffding 1963, theorem 4)."""
    return table.canary.bad * math.log(ratio) - table.bad * math.log1p(share * (ratio - 1))


def _boost(table: Table, share: float, margin: float, posterior: list[float], room: float) -> float:
    """Log of the largest b with E[min(b r(J), e^room)] <= 1, J being the canary's bad count under the null.

    r grows with J, so the truncated counts are the highest ones: take them off one by one until b fits.
    """
    if table.bad > BOOST_LIMIT or room > _ROOM_LIMIT:
        return 0.0
    law = _null_law(table, share, margin)
    values = [_gain(count, share=share, bad=table.bad, margin=margin, posterior=posterior) for count, _ in law]
    cap, truncated = math.exp(room), 0.0
    kept = [chance * math.exp(min(value, _ROOM_LIMIT)) for (_, chance), value in zip(law, values, strict=True)]
    rest = sum(kept)
    for (_, chance), value, part in zip(reversed(law), reversed(values), reversed(kept), strict=True):
        room_left = 1.0 - cap * truncated
        if room_left <= 0.0 or rest <= 0.0:
            return 0.0
        boost = math.log(room_left / rest)
        if boost + value <= room:
            return max(0.0, boost)
        truncated += chance
        rest -= part
    return 0.0


def _gain(count: int, *, share: float, bad: int, margin: float, posterior: list[float]) -> float:
    """Log of the posterior-weighted e-value, had the canary had ``count`` of the ``bad`` requests."""
    return _log_sum(
        p + count * math.log(ratio / margin) - bad * math.log1p(share * (ratio / margin - 1))
        for p, ratio in zip(posterior, RATIOS, strict=True)
    )


def _null_law(table: Table, share: float, margin: float) -> list[tuple[int, float]]:
    """Probabilities of the canary's bad count given the margins, at the edge of the null.

    Hypergeometric for margin 1; else Fisher's noncentral one with the odds that give the mean ``bad * share``.
    """
    first = max(0, table.bad - table.stable.total)
    last = min(table.bad, table.canary.total)
    counts = range(first, last + 1)
    base = [_log_choose(table.canary.total, j) + _log_choose(table.stable.total, table.bad - j) for j in counts]

    def law(log_odds: float) -> list[float]:
        logs = [b + j * log_odds for b, j in zip(base, counts, strict=True)]
        norm = _log_sum(logs)
        return [math.exp(x - norm) for x in logs]

    if margin == 1.0:
        return list(zip(counts, law(0.0), strict=True))
    goal, low, high = min(table.bad * share, last - 1e-9), 0.0, math.log(margin) + 5.0
    for _ in range(30):
        middle = (low + high) / 2
        mean = sum(j * c for j, c in zip(counts, law(middle), strict=True))
        low, high = (middle, high) if mean < goal else (low, middle)
    return list(zip(counts, law(high), strict=True))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _log_sum(logs: Iterable[float]) -> float:
    """Log of a sum of exponentials, without overflow."""
    terms = tuple(logs)
    top = max(terms)
    return top + math.log(sum(math.exp(x - top) for x in terms))
