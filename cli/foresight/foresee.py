"""Reckoning an endpoint's outlook."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean, quantiles

from cli.foresight.case import CalibrationCase, Case, RateCase, cases
from cli.foresight.detection import time_to_see
from cli.foresight.journey import End, Journey, journeys
from cli.foresight.outlook import Course, Courses, Fleet, Outlook, Sight, Spread, StepOutlook
from cli.foresight.power import POWER, Exposure, power, smallest
from cli.foresight.traffic import Traffic
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.plan import DISAGREEMENT, FULL, Plan

ROLLOUTS = 150
"""Of each kind of canary."""
_MOST_WANTED = 10_000.0


def foresee(
    endpoint: str, plan: Plan, fleet: Fleet | None, traffic: Traffic | None, *, rollouts: int = ROLLOUTS
) -> Outlook:
    """Say what a plan does at an endpoint's traffic; what needs the traffic is left out where it is None."""
    if traffic is None:
        steps = tuple(StepOutlook(step, plan.least(index)) for index, step in enumerate(plan.steps))
        return Outlook(endpoint, plan, steps, fleet)
    known = cases(plan, traffic)
    healthy = journeys(plan, known, traffic, {}, rollouts)
    return Outlook(
        endpoint=endpoint,
        plan=plan,
        steps=_never_worse([_step(plan, index, known, traffic, healthy) for index in range(len(plan.steps))]),
        fleet=fleet,
        traffic=traffic,
        courses=_courses(plan, known, traffic, healthy),
        unknown=tuple(each.key for each in plan.judged if not traffic.known(each)),
    )


def _step(plan: Plan, index: int, known: Sequence[Case], traffic: Traffic, healthy: Sequence[Journey]) -> StepOutlook:
    exposures = [_exposure(plan, earlier, traffic, last=earlier == index) for earlier in range(index + 1)]
    errors = [case for case in known if isinstance(case.guardrail, ErrorRate)]
    times = [time_to_see(case, traffic, plan.steps[index], 2.0) for case in errors]
    least = plan.least(index)
    return StepOutlook(
        step=plan.steps[index],
        least=least,
        requests=traffic.requests_per_second * least * plan.steps[index].sees / FULL,
        sights=tuple(_sight(case, _counted(plan, case, exposures)) for case in known),
        doubling=min((seconds for seconds in times if seconds is not None), default=None),
        expected=_mean([journey.in_steps[index] for journey in healthy if journey.in_steps[index]]),
        stuck=fmean(journey.stuck == index for journey in healthy),
        wants=_wants(errors, exposures[-1]),
    )


def _never_worse(steps: Sequence[StepOutlook]) -> tuple[StepOutlook, ...]:
    """What was seen by the step before is seen by then: simulation says so but for noise."""
    found, before = list[StepOutlook](), dict[str, float]()
    for step in steps:
        sights = tuple(
            replace(sight, by_then=min(seen, before.get(sight.guardrail.key, seen)))
            if (seen := sight.by_then)
            else sight
            for sight in step.sights
        )
        before |= {sight.guardrail.key: sight.by_then for sight in sights if sight.by_then}
        found.append(replace(step, sights=sights))
    return tuple(found)


def _mean(numbers: Sequence[float]) -> float | None:
    return fmean(numbers) if numbers else None


def _exposure(plan: Plan, index: int, traffic: Traffic, *, last: bool) -> Exposure:
    """What of a step is counted when it ends: all but what is still under way to CloudWatch, half a period of it."""
    unseen = traffic.delay + traffic.period / 2 if last else 0.0
    requests = traffic.requests_per_second * max(0.0, plan.least(index) - unseen)
    step = plan.steps[index]
    return Exposure(requests * step.sees / FULL, requests * (FULL - step.weight) / FULL)


def _counted(plan: Plan, case: Case, exposures: Sequence[Exposure]) -> Sequence[Exposure]:
    """Leave out what was served in steps that do not count for the guardrail."""
    return [
        exposure if plan.concerns(index, case.guardrail.key) else Exposure(0.0, 0.0)
        for index, exposure in enumerate(exposures)
    ]


def _sight(case: Case, exposures: Sequence[Exposure]) -> Sight:
    alone = smallest(case, exposures[-1:])
    by_then = alone if len(exposures) == 1 else smallest(case, exposures)
    base = case.base.share if isinstance(case, RateCase | CalibrationCase) else None
    return Sight(case.guardrail, alone, by_then, base)


def _wants(errors: Sequence[Case], exposure: Exposure) -> float | None:
    """Tell how many times the requests it takes to see a canary that fails every time."""
    compared = [case for case in errors if exposure.stable or not _against_stable(case)]
    if not compared or any(smallest(case, [exposure]) for case in compared):
        return None
    times = 1.0
    while times < _MOST_WANTED:
        times *= 1.25
        more = Exposure(exposure.canary * times, exposure.stable * times)
        if any(power(case, [more], case.range[1]) >= POWER for case in compared):
            return times
    return None


def _against_stable(case: Case) -> bool:
    return isinstance(case.guardrail, ErrorRate) and case.guardrail.at_most is None


def _courses(plan: Plan, known: Sequence[Case], traffic: Traffic, healthy: Sequence[Journey]) -> Courses:
    errors = [case.guardrail.key for case in known if isinstance(case.guardrail, ErrorRate)]
    disagreeing = _disagreeing(plan, known, traffic, len(healthy))
    if not errors:
        return Courses(_course(None, healthy, End.PROMOTED), disagreeing=disagreeing)
    base = traffic.bases[errors[0]].share
    doubled, failing = (
        _course(
            times * base, journeys(plan, known, traffic, dict.fromkeys(errors, times), len(healthy)), End.ROLLED_BACK
        )
        for times in (2.0, 1 / base)
    )
    return Courses(_course(base, healthy, End.PROMOTED), doubled, failing, disagreeing)


def _disagreeing(plan: Plan, known: Sequence[Case], traffic: Traffic, count: int) -> Course | None:
    """Reckon a canary that disagrees with stable twice as often as its shadow may."""
    bounds = [case.range[0] for case in known if case.guardrail.key == DISAGREEMENT]
    found = [journeys(plan, known, traffic, {DISAGREEMENT: 2 * bound}, count) for bound in bounds]
    return next((_course(None, each, End.ROLLED_BACK) for each in found), None)


def _course(error_rate: float | None, found: Sequence[Journey], due: End) -> Course:
    counted = Counter(journey.end for journey in found)
    ends: Mapping[End, float] = {end: counted[end] / len(found) for end in End}
    as_due = [journey.seconds for journey in found if journey.end is due]
    bad = [journey.bad for journey in found]
    return Course(
        None if error_rate is None else min(1.0, error_rate), ends, _spread(as_due) if as_due else None, _spread(bad)
    )


def _spread(numbers: Sequence[float]) -> Spread:
    p95 = quantiles(numbers, n=20, method="inclusive")[-1] if len(numbers) > 1 else numbers[0]
    return Spread(fmean(numbers), p95)
