"""The judge's sentences.

Guardrails are told apart by what they call their metric, here and in all of the judge: their classes take longer to
make than everything else that a judge imports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.rollout.groups import about_groups

if TYPE_CHECKING:
    from lambdas.rollout.guardrails import Calibration, DisparateImpact, Latency, Rate, Spread
    from lambdas.rollout.judge.verdict import Arm

NOTHING = "nothing has been counted on the canary yet"
NOT_YET = "not enough evidence yet"
_QUALITY = {
    "accuracy": ("share of wrong answers", "wrong answers"),
    "precision": ("share of false positives among its positives", "false positives"),
    "recall": ("share of positives that it misses", "missed positives"),
    "f1": ("share of errors among true and predicted positives", "errors among positives"),
    "auc": ("share of misordered pairs", "misordered pairs"),
    "conversion": ("share of exposures without a conversion", "exposures without a conversion"),
}
_DESERVED, _NOT = "where a favourable one was right", "where an unfavourable one was right"
_TO_GROUPS = {
    "demographic_parity": ("unfavourable answers to {}", "answers to {}"),
    "equal_opportunity": (f"unfavourable answers to {{}} {_DESERVED}", f"answers to {{}} {_DESERVED}"),
    "predictive_equality": (f"favourable answers to {{}} {_NOT}", f"answers to {{}} {_NOT}"),
    "disparate_impact": ("favourable answers to {}", "answers to {}"),
}
"""What is counted of a group, and what of."""


def share(guardrail: Rate | Latency) -> str:
    """Name the rate that is judged."""
    if guardrail.metric == "error_rate":
        return "error rate"
    if guardrail.metric == "counts":
        return f"{guardrail.name} rate"
    if guardrail.metric == "latency":
        return f"share of requests slower than {guardrail.at_most} ms"
    if about_groups(guardrail):
        return f"share of {bad(guardrail)}"
    return _QUALITY[guardrail.metric][0]


def bad(guardrail: Rate | Latency) -> str:
    """Name what is counted."""
    if guardrail.metric == "error_rate":
        return "errors"
    if guardrail.metric == "counts":
        return guardrail.name
    if guardrail.metric == "latency":
        return f"slower than {guardrail.at_most} ms"
    if about_groups(guardrail):
        return _TO_GROUPS[guardrail.metric][0].format(guardrail.group)
    return _QUALITY[guardrail.metric][1]


def counts(guardrail: Rate | Latency, canary: Arm, stable: Arm | None) -> str:
    """Show what was counted; for a disparate impact the arms are two groups of the canary's."""
    if guardrail.metric == "disparate_impact":
        judged = f"{bad(guardrail)} on canary {stable}"
        return f"{judged}, to {guardrail.against} {canary}"
    return f"{bad(guardrail)} on canary {canary}" + ("" if stable is None else f", on stable {stable}")


def too_few(guardrail: Rate | Latency, canary: Arm, stable: Arm) -> str:
    """Say that there is nothing to judge by, or too little of a group."""
    if not about_groups(guardrail):
        return NOTHING
    told, least = _TO_GROUPS[guardrail.metric][1], guardrail.min_group
    arms = {guardrail.group: canary}
    if guardrail.metric == "disparate_impact":
        arms = {guardrail.group: stable, guardrail.against: canary}
    parts = [
        f"{arm.total} of at least {least} {told.format(group)}" for group, arm in arms.items() if arm.total < least
    ]
    return f"the canary has {' and '.join(parts)}, too few to judge by"


def percent(rate: float) -> str:
    """Write a share as a percentage."""
    return f"{100 * rate:.3g} %"


def rate_failed(guardrail: Rate | Latency, margin: float, bound: float | None, alpha: float) -> str:
    """Say that a rate is too high."""
    null = f"at most {margin:g} times stable's" if bound is None else f"at most {percent(bound)}"
    return f"the canary's {share(guardrail)} is higher, less than {percent(alpha)} likely if it were {null}"


def impact_failed(guardrail: DisparateImpact, other: Arm, judged: Arm, alpha: float) -> str:
    """Say that a group gets a favourable answer too rarely."""
    seen = f"{guardrail.group} gets a favourable answer {judged.rate / other.rate:.2g} times as often as"
    null = f"less than {percent(alpha)} likely if it were at least {guardrail.at_least:g} times"
    return f"on the canary {seen} {guardrail.against}, {null}"


def rate_passed(guardrail: Rate | Latency, limit: str) -> str:
    """Say that a rate is low enough."""
    if guardrail.metric == "disparate_impact":
        ratio = guardrail.at_least / guardrail.detect
        proven = f"{guardrail.group} is proven to get a favourable answer more than {ratio:.3g} times as often as"
        return f"on the canary {proven} {guardrail.against}"
    return f"the canary's {share(guardrail)} is proven to be below {limit}"


def calibration_failed(guardrail: Calibration, side: str, alpha: float) -> str:
    """Say on which side scores are wrong."""
    edge = f"at most {guardrail.margin:g} times" if side == "low" else f"at least 1/{guardrail.margin:g} of"
    null = f"less than {percent(alpha)} likely if the odds of a positive were {edge} what they expect"
    return f"the canary's scores are too {side}, {null}"


def calibration_passed(guardrail: Calibration) -> str:
    """Say that scores are near enough."""
    limit = f"within {guardrail.detect:g} times those that the canary's scores expect, either way"
    return f"the odds of a positive are proven to be {limit}"


def observed(positive: Arm, expected: float) -> str:
    """Show what came true, and what was expected."""
    return f"positives on canary {positive}, by its scores {expected:.1f}"


def _spread(guardrail: Spread) -> str:
    return guardrail.name if guardrail.metric == "values" else guardrail.metric.replace("_", " ")


def _times(guardrail: Spread, times: float) -> str:
    """Say ``times`` worse in the metric's own direction."""
    return f"{times:g} times stable's" if higher_is_worse(guardrail) else f"stable's divided by {times:g}"


def higher_is_worse(guardrail: Spread) -> bool:
    """Tell which way the metric's values get worse."""
    if guardrail.metric == "values":
        return guardrail.worse == "higher"
    return guardrail.metric in ("latency", "log_loss", "brier", "absolute_error")


def spread_failed(guardrail: Spread, alpha: float) -> str:
    """Say that a distribution is worse."""
    word = "higher" if higher_is_worse(guardrail) else "lower"
    null = f"no worse than {_times(guardrail, guardrail.margin)}"
    return f"the canary's {_spread(guardrail)} is {word}, less than {percent(alpha)} likely if it were {null}"


def spread_passed(guardrail: Spread) -> str:
    """Say that a distribution is good enough."""
    return f"the canary's {_spread(guardrail)} is proven to be better than {_times(guardrail, guardrail.detect)}"


def tail(guardrail: Spread, level: float, canary: Arm, stable: Arm) -> str:
    """Say how much of both arms is beyond what ``level`` of stable's values used to keep."""
    word = "above" if higher_is_worse(guardrail) else "below"
    edge = f"what used to be the edge of stable's worst {percent(1 - level)}"
    return f"{word} {edge} (for the canary {_times(guardrail, guardrail.margin)}): canary {canary}, stable {stable}"


def no_ladder(guardrail: Spread) -> str:
    """Say that stable has not shown yet how its values lie."""
    return f"stable's {_spread(guardrail)} has not been measured yet, so there is nothing to compare with"


def about(variant: str, sentence: str) -> str:
    """Say of a challenger what a sentence of this module says of the canary."""
    return sentence.replace("the canary", variant).replace("canary", variant)
