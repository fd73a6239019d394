"""Checks on what a plan can see at the endpoint's traffic; they need `traffic` in the environment file."""

import math
from collections.abc import Iterator

from infra.checks.check import error, notice, warning
from infra.checks.setting import Setting
from infra.checks.steps import part_of
from infra.spec.endpoint import Traffic
from infra.spec.rollout import in_file
from infra.spec.rules.finding import Finding
from infra.spec.units import duration, percentage
from lambdas.rollout.experiment.foresight import of_rate
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.judge.bench import split
from lambdas.rollout.plan import FULL, Plan, Step
from lambdas.rollout.trial import terms


@error
def step_sees_nothing(setting: Setting) -> Iterator[Finding]:
    """A step in which the canary answers fewer requests than would convict one that always fails proves nothing."""
    for traffic, plan, guardrail in _judged(setting):
        needed = max(1.0, math.log(split(plan)[guardrail.key]) / math.log(traffic.error_rate))
        for index, step in enumerate(plan.steps):
            expected = _requests(traffic, step, step.bake)
            if expected < needed:
                problem = (
                    f"sends the canary {expected:.2g} requests in {duration(step.bake)}; even one that fails every"
                    f" time is seen after {needed:.2g}"
                )
                at = ("rollout", "steps", index, *part_of(step))
                yield Finding(at, problem, _more(needed, expected, step))


@warning
def step_cannot_pass(setting: Setting) -> Iterator[Finding]:
    """A step whose max_bake ends before `detect` can be ruled out ends inconclusive, however good the canary is."""
    for traffic, plan, guardrail in _judged(setting):
        needed = _to_pass(plan, guardrail, traffic.error_rate)
        before = 0.0
        for index, step in enumerate(plan.steps):
            expected = before + _requests(traffic, step, step.max_bake)
            if expected < needed:
                problem = (
                    f"ends with {expected:.0f} requests on the canary; {guardrail.detect:g} times an error rate of"
                    f" {traffic.error_rate:.2%} needs {needed:.0f}"
                )
                yield Finding(
                    ("rollout", "steps", index, "max_bake"), problem, _longer(needed - before, traffic, step)
                )
                return
            before += _requests(traffic, step, step.bake)


@warning
def test_too_short(setting: Setting) -> Iterator[Finding]:
    """An A/B test whose `max` is over before its `minimum_effect` shows is stopped, however good the canary is."""
    traffic, plan = setting.endpoint.traffic, setting.plan
    if not traffic or not traffic.conversion_rate or not plan:
        return
    for index, step in enumerate(plan.steps):
        asked = step.experiment
        if asked is None or asked.metric != "conversion":
            continue
        found = of_rate(terms(step, asked), traffic.conversion_rate, traffic.requests_per_second)
        if found.enough_seconds > asked.max_:
            problem = (
                f"is over before {percentage(round(FULL * asked.minimum_effect))} more conversions show with"
                f" {asked.power:.0%} power: that takes {duration(math.ceil(found.enough_seconds / 60) * 60)}"
            )
            fix = "write a longer one, a larger minimum_effect, or a split nearer to equal parts"
            yield Finding(("rollout", "steps", index, "experiment", "max"), problem, fix)


@notice
def exposures_are_not_users(setting: Setting) -> Iterator[Finding]:
    """A user who comes back is no second user: without `burst`, a test is surer than it should be."""
    for index, step in enumerate(setting.plan.steps if setting.plan else ()):
        if step.tests and step.tests.burst == 1.0:
            kind = "experiment" if step.experiment else "bandit"
            problem = "takes each exposure for a user of its own"
            fix = "write burst: E[B²]/E[B] of the exposures per user, or ignore this where nobody comes twice"
            yield Finding(("rollout", "steps", index, kind), problem, fix)


@warning
def alarm_never_speaks(setting: Setting) -> Iterator[Finding]:
    """An alarm that wants more requests per period than any step brings never speaks at all."""
    traffic, plan = setting.endpoint.traffic, setting.plan
    if not traffic or not plan:
        return
    period = setting.environment.control.metric_period
    expected = max(_requests(traffic, step, period) for step in plan.steps)
    for at, each in setting.alarmed():
        if expected < each.alarm.min_requests:
            problem = f"is more than the {expected:.3g} requests that a step brings at most per {duration(period)}"
            fix = f"write {max(1, int(expected))}, or take the alarm for what the judge alone sees"
            yield Finding((*at, "alarm", "min_requests"), problem, fix)


@warning
def negligible_hides_detect(setting: Setting) -> Iterator[Finding]:
    """A negligible rate above detect times stable's lets a canary pass that is worse than detect says."""
    for traffic, _, guardrail in _judged(setting):
        if guardrail.negligible > guardrail.detect * traffic.error_rate * (1 + 1e-9):
            times = guardrail.negligible / traffic.error_rate
            problem = f"is {times:.3g} times stable's {traffic.error_rate:.2%}: so bad a canary may pass"
            at = ("rollout", "guardrails", _index(setting, guardrail), "negligible")
            yield Finding(at, problem, f"write {guardrail.detect * traffic.error_rate:.3%} or less")


def _judged(setting: Setting) -> Iterator[tuple[Traffic, Plan, ErrorRate]]:
    traffic, plan = setting.endpoint.traffic, setting.plan
    if traffic and plan:
        errors = [each for each in plan.guardrails if isinstance(each, ErrorRate) and each.at_most is None]
        yield from ((traffic, plan, each) for each in errors[:1])


def _to_pass(plan: Plan, guardrail: ErrorRate, rate: float) -> float:
    """Canary requests, as good as stable, until the judge passes by ruling `detect` out.

    It is Wald's limit (1945) on the mirrored test: log(1/false_pass) over the divergence per request.
    """
    worse = min(max(guardrail.detect * rate, guardrail.negligible), 1 - 1e-9)
    divergence = rate * math.log(rate / worse) + (1 - rate) * math.log((1 - rate) / (1 - worse))
    return guardrail.burst * -math.log(plan.false_pass) / divergence


def _index(setting: Setting, guardrail: ErrorRate) -> int:
    return next((at for at, each in in_file(setting.plan) if each == guardrail), 0) if setting.plan else 0


def _requests(traffic: Traffic, step: Step, seconds: int) -> float:
    return traffic.requests_per_second * seconds * step.sees / FULL


def _more(needed: float, expected: float, step: Step) -> str:
    part = min(FULL, math.ceil(step.sees * needed / expected))
    return f"write {percentage(part)} or more, or bake {duration(math.ceil(step.bake * needed / expected / 60) * 60)}"


def _longer(missing: float, traffic: Traffic, step: Step) -> str:
    seconds = math.ceil(missing / (traffic.requests_per_second * step.sees / FULL) / 60) * 60
    more = "a larger sample" if step.shadow else "more weight"
    return f"write {duration(seconds)}, {more}, or a detect that is worth the wait"
