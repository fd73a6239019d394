"""The verdict on the error-rate guardrail."""

import math
from collections.abc import Sequence

from lambdas.rollout.judge.harm import harm
from lambdas.rollout.judge.safety import safety
from lambdas.rollout.judge.tables import Table, pooled
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict
from lambdas.rollout.plan import ErrorRate

_SEEN_FACTOR = 2.0
"""Requests after which a ``detect``-fold rate is seen with about 90 % power, over Wald's limit on the mean."""


def judge_error_rate(guardrail: ErrorRate, tables: Sequence[Table], alpha: float, beta: float) -> Verdict:
    """Judge all periods since the rollout began; late data simply corrects the next call.

    FAIL is wrong with probability at most ``alpha`` over the whole rollout, PASS with at most ``beta``.
    """
    usable = [row for row in tables if _sound(row.canary) and _sound(row.stable)]
    canary, stable = pooled(usable)
    against = harm(usable, guardrail.margin, alpha)
    in_favour = safety(usable, guardrail.detect, guardrail.negligible)
    harm_bound, safety_bound = -math.log(alpha), -math.log(beta)
    if against >= harm_bound:
        outcome, why = Outcome.FAIL, _why_fail(guardrail, alpha)
    else:
        outcome, why = _not_failed(guardrail, canary, stable, safe=in_favour >= safety_bound, alpha=alpha)
    return Verdict(
        guardrail=guardrail.metric,
        outcome=outcome,
        sentence=f"{why}: errors on canary {canary}, on stable {stable}",
        canary=canary,
        stable=stable,
        harm=against,
        harm_bound=harm_bound,
        safety=in_favour,
        safety_bound=safety_bound,
    )


def _sound(arm: Arm) -> bool:
    """Whether counts can be true; CloudWatch's sums can arrive in pieces, and then say nothing yet."""
    return 0 <= arm.bad <= arm.total


def _why_fail(guardrail: ErrorRate, alpha: float) -> str:
    chance = f"less than {100 * alpha:.3g} % likely if it were at most {guardrail.margin:g} times stable's"
    return f"the canary's error rate is higher, {chance}"


def _not_failed(guardrail: ErrorRate, canary: Arm, stable: Arm, *, safe: bool, alpha: float) -> tuple[Outcome, str]:
    if not canary.total:
        return Outcome.INCONCLUSIVE, "the canary has answered no request yet"
    if safe:
        bound = f"{guardrail.detect:g} times stable's or {100 * guardrail.negligible:g} %, whichever is more"
        return Outcome.PASS, f"the canary's error rate is proven to be below {bound}"
    needed = requests_to_see(guardrail.detect, stable.rate, alpha)
    if canary.total >= needed:
        seen = f"an error rate {guardrail.detect:g} times stable's would have been seen by now"
        return Outcome.PASS, f"{seen} ({needed:.0f} requests suffice)"
    return Outcome.INCONCLUSIVE, "not enough evidence yet"


def requests_to_see(ratio: float, base_rate: float, alpha: float) -> float:
    """Canary requests at which a rate ``ratio`` times ``base_rate`` is nearly always found out; inf at rate 0.

    Twice Wald's limit log(1/alpha)/KL on the mean number of requests (Wald 1945), against a stable rate that
    is known: a small canary share makes it nearly so.
    """
    worse = min(ratio * base_rate, 1.0)
    if not 0.0 < base_rate < worse:
        return math.inf
    divergence = worse * math.log(worse / base_rate)
    if worse < 1.0:
        divergence += (1 - worse) * math.log((1 - worse) / (1 - base_rate))
    return _SEEN_FACTOR * -math.log(alpha) / divergence
