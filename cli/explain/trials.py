"""How long the A/B tests of a plan will take, in sentences and for programs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from cli.quantities import duration, percent
from lambdas.rollout.experiment.foresight import Foresight, of_rate
from lambdas.rollout.plan import Experiment, Plan, Step
from lambdas.rollout.trial import terms


@dataclass(frozen=True, slots=True)
class TrialOutlook:
    """An experiment of the plan: its step (from 0) and what is foreseen, None where too little is known."""

    index: int
    step: Step
    experiment: Experiment
    base: float | None
    requests_per_second: float | None
    foreseen: Foresight | None


def trials(plan: Plan, base: float | None, requests_per_second: float | None) -> tuple[TrialOutlook, ...]:
    """Foresee the plan's experiments; ``base`` is the share of exposures that convert on stable."""
    return tuple(
        TrialOutlook(
            index, step, step.experiment, base, requests_per_second, _foresee(step, base, requests_per_second)
        )
        for index, step in enumerate(plan.steps)
        if step.experiment
    )


def _foresee(step: Step, base: float | None, requests_per_second: float | None) -> Foresight | None:
    asked = step.experiment
    if asked is None or asked.metric != "conversion" or step.flag or not base or not requests_per_second:
        return None
    return of_rate(terms(step, asked), base, requests_per_second)


def sentences(outlooks: tuple[TrialOutlook, ...]) -> Iterator[str]:
    """Say of each how long it takes."""
    for each in outlooks:
        asked, step = each.experiment, each.step
        name = f"The A/B test in step {each.index + 1} (canary {percent(step.weight)})"
        bounds = f"{duration(step.bake)} at least, {duration(asked.max_)} at most"
        if each.foreseen is None or each.base is None:
            yield f"{name} takes {bounds}; {_unknown(each)}."
            continue
        found = each.foreseen
        yield (
            f"{name}: one that wins {100 * asked.minimum_effect:g} % more conversions (stable:"
            f" {100 * each.base:.3g} %) is proven better after about {_long(found.expected_seconds)}, in"
            f" {100 * asked.power:g} of 100 tests within {_long(found.enough_seconds)}; models that are equal are"
            f" told so within {_long(found.equal / (each.requests_per_second or math.inf))}. It lasts {bounds}."
        )


def _unknown(each: TrialOutlook) -> str:
    if each.experiment.metric != "conversion":
        return "how soon revenue tells is not reckoned"
    if each.step.flag:
        return f"how many users {each.step.flag} has is not known"
    if not each.requests_per_second:
        return "how soon it tells depends on the traffic"
    return (
        "how soon it tells depends on how many convert (`traffic: {conversion_rate: ...}`, --base conversion=SHARE)"
    )


def _long(seconds: float) -> str:
    return duration(seconds) if math.isfinite(seconds) else "no time that can be told"
