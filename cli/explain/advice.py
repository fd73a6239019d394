"""What of a plan does not do what one would think, and what to do about it."""

import math
from collections.abc import Iterator, Sequence

from cli.explain.words import share, step_name
from cli.foresight.outlook import Outlook, Sight, StepOutlook
from cli.quantities import duration, percent
from lambdas.rollout.groups import about_groups
from lambdas.rollout.guardrails import Calibration, DisparateImpact, OfGroups
from lambdas.rollout.plan import FULL, Plan

_OFTEN = 0.02
_MOST_WEIGHT = FULL // 2


def advice(outlook: Outlook) -> tuple[str, ...]:
    """Say it in sentences, each with its fix."""
    if outlook.traffic is None:
        return ()
    return (*_blind(outlook), *_stuck(outlook), *_unseen(outlook), *_alone(outlook), *_left_out(outlook))


def _blind(outlook: Outlook) -> Iterator[str]:
    """Name the steps in which not even a canary that always fails is found out."""
    for index, step in enumerate(outlook.steps):
        if step.wants is not None:
            yield (
                f"{step_name(outlook, index).capitalize()} sees nothing in {duration(step.least)}: a canary that"
                f" answers everything with an error would not be found out by its {step.requests:.2g} requests."
                f" Fix: {_more(step)}."
            )


def _more(step: StepOutlook) -> str:
    times = step.wants or 1.0
    bake = duration(math.ceil(step.least * times / 60) * 60)
    part = math.ceil(step.step.sees * times / 100) * 100
    most, more = (FULL, "copy more requests") if step.step.shadow else (_MOST_WEIGHT, "give it more weight")
    return f"bake {bake}, or " + (f"write {percent(part)}" if part <= most else more)


def _stuck(outlook: Outlook) -> Iterator[str]:
    """Name the steps that healthy canaries do not get through."""
    for index, step in enumerate(outlook.steps):
        if step.stuck > _OFTEN:
            yield (
                f"{step_name(outlook, index).capitalize()} is too short to tell: in {share(step.stuck)} of healthy"
                f" rollouts the judge is still not sure after max_bake ({duration(step.step.max_bake)})."
                f" Fix: a longer max_bake, {_larger(step)}, or a larger detect or negligible."
            )


def _larger(step: StepOutlook) -> str:
    return "a larger sample" if step.step.shadow else "more weight"


def _unseen(outlook: Outlook) -> Iterator[str]:
    """Say what the whole rollout is blind to: what is worse than `detect` and still not seen 90 % of the time."""
    compared = [step for step in outlook.steps if step.step.weight < FULL]
    for sight in compared[-1].sights if compared else ():
        if not absolute(sight) and (sight.by_then is None or sight.by_then > sight.guardrail.detect):
            seen = "nothing" if sight.by_then is None else f"only what is {sight.by_then:.2g} times stable's"
            yield (
                f"Over all steps {sight.guardrail.key} shows {seen} with 90 % power; its detect is"
                f" {sight.guardrail.detect:g}. Fix: longer bakes or more weight before 100 %."
            )


def _alone(outlook: Outlook) -> Iterator[str]:
    """Say that at 100 % there is nothing left to compare with."""
    last = outlook.steps[-1]
    alone = any(isinstance(each, DisparateImpact | Calibration) for each in outlook.plan.guardrails)
    if last.step.weight == FULL and not alone and not any(map(absolute, _of_steps(outlook, last.sights))):
        yield (
            "At 100 % stable serves nothing to compare with, so the judge learns nothing new: only the error-rate"
            " alarm and bounds of their own watch there."
            " Fix: bake in the step before, or add a guardrail with at_most."
        )


def _of_steps(outlook: Outlook, sights: tuple[Sight, ...]) -> list[Sight]:
    """Leave out what a shadow alone is judged by."""
    return [sight for sight in sights if sight.guardrail in outlook.plan.guardrails]


def _left_out(outlook: Outlook) -> Iterator[str]:
    of_groups = {each.key for each in outlook.plan.guardrails if about_groups(each)}
    if names := ", ".join(key for key in outlook.unknown if key not in of_groups):
        yield (
            f"Left out, as if they always passed: {names}; what they count on stable is not known."
            " Fix: --live, or --base NAME=SHARE for a rate or calibration, --p50 and --p99 for a bound on latency."
        )
    if of_groups.intersection(outlook.unknown):
        yield from _groups(outlook.plan)


def _groups(plan: Plan) -> Iterator[str]:
    """Say what guardrails on groups see: no number, where a group's share of the requests is not known."""
    judged = [each for each in plan.guardrails if about_groups(each)]
    names = ", ".join(dict.fromkeys(each.group for each in judged))
    yield (
        f"Left out, as if they always passed: what compares groups ({names}). What it sees depends on each group's"
        f" share of the requests, which is not known; none passes before the canary has {_span(judged)} of a"
        " group's answers."
    )


def _span(judged: Sequence[OfGroups]) -> str:
    least = sorted({each.min_group for each in judged})
    return f"{least[0]:,}" if len(least) == 1 else f"{least[0]:,} to {least[-1]:,}"


def absolute(sight: Sight) -> bool:
    """Tell whether a guardrail has a bound of its own, whatever stable does."""
    return isinstance(sight.guardrail, Calibration) or getattr(sight.guardrail, "at_most", None) is not None
