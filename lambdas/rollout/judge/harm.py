"""Evidence that the canary is worse: the boosted conditional mixture e-process (JUDGE.md, section 2, 1-5).

Given a period's margins, the canary's bad count is hypergeometric under "no worse", whatever the base rate:
incidents that hit both arms cancel. The running product of e-values may be looked at every period (Ville's
inequality), and is boosted by what its overshoot would waste (`lambdas.rollout.judge.boost`). It stays valid for
sampling without replacement: Hoeffding 1963, theorem 4.
"""

import math
from collections.abc import Iterable
from itertools import repeat
from operator import sub
from typing import NamedTuple

from lambdas.rollout.judge.boost import Mixture, boost
from lambdas.rollout.judge.draws import Draw

RATIOS = (1.4, 1.8, 2.5, 4.0, 10.0, 50.0)
PRIOR = (0.25, 0.20, 0.17, 0.15, 0.13, 0.10)
"""Rate ratios that a bad canary may have, in multiples of the margin (so that none of them is a good one), and their
weights."""
_BOOSTED_FROM = -2.0
"""Log wealth below which hardly anything overshoots: a boost would shorten no rollback by a hundredth there, and is
what costs most of a healthy rollout's judging."""


class Suspects(NamedTuple):
    """Rate ratios that are looked for, in multiples of the margin and all above 1: with their logs, and less 1."""

    ratios: tuple[float, ...]
    logs: tuple[float, ...]
    gains: tuple[float, ...]


def suspects(ratios: tuple[float, ...]) -> Suspects:
    """Make suspects of ratios."""
    return Suspects(ratios, tuple(map(math.log, ratios)), tuple([ratio - 1 for ratio in ratios]))


USUAL = suspects(RATIOS)
"""A guardrail's: a canary that is worth a rollback is much worse. An experiment looks for less."""
BETWEEN_GROUPS = suspects((1.1, 1.25, 1.5, 2.0, 3.5, 8.0))
BETWEEN_GROUPS_PRIOR = (0.20, 0.25, 0.20, 0.15, 0.12, 0.08)
"""And a guardrail's on groups: shares of answers are large, so that a wrong that matters is no large multiple. (What
is less than about the root of the least ratio beyond the margin is never seen.)"""


class Harm(NamedTuple):
    """Log e-value so far, never above ``log(1 / alpha)``, and the ratios' log posterior weights."""

    wealth: float = 0.0
    posterior: tuple[float, ...] = tuple(map(math.log, PRIOR))


def harm(before: Harm, draw: Draw | None, alpha: float, burst: float = 1.0, sought: Suspects = USUAL) -> Harm:
    """Take one more period into account.

    The wealth reaches ``log(1 / alpha)``, and stays there, with probability at most ``alpha`` for a canary that
    is no worse, however often one looks. Where one fault causes a ``burst`` of errors, E^(1/burst) is an e-value
    and E is not; it is not boosted then, for the boost spends what the tempering saves.
    """
    bound = -math.log(alpha)
    if draw is None or before.wealth >= bound:
        return before
    hits, draws, share = draw.hits, draw.draws, draw.share
    tolls = [draws * math.log1p(share * gain) for gain in sought.gains]
    after = [
        p + (hits * log - toll) / burst for p, log, toll in zip(before.posterior, sought.logs, tolls, strict=True)
    ]
    gain = log_sum(after)
    if burst == 1.0 and before.wealth > _BOOSTED_FROM:
        starts = [p - toll for p, toll in zip(before.posterior, tolls, strict=True)]
        bonus = boost(draw, Mixture(starts, sought.ratios), bound - before.wealth)
    else:
        bonus = 0.0
    return Harm(min(bound, before.wealth + gain + bonus), tuple([p - gain for p in after]))


def log_sum(logs: Iterable[float]) -> float:
    """Log of a sum of exponentials, without overflow."""
    terms = tuple(logs)
    top = max(terms)
    return top + math.log(sum(map(math.exp, map(sub, terms, repeat(top)))))
