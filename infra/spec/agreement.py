"""How often a canary that is as good as stable is taken to answer otherwise, where nobody has measured it."""

from lambdas.rollout.plan import Shadow

HEALTHY = 0.25
"""Times ``max_disagreement``: a bound that leaves a good canary room fourfold."""


def healthy(shadow: Shadow) -> float:
    """Return the share of its answers in which a healthy canary disagrees with stable."""
    return HEALTHY * shadow.max_disagreement
