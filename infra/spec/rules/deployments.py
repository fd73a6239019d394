"""Rules that hold an environment's settings against its endpoints: times against alarms, images against regions."""

import re
from collections.abc import Iterator

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Control, Environment
from infra.spec.image_registry import regions
from infra.spec.images import image_uri, instance_type, model_versions, versions
from infra.spec.rollout import Native, Progressive, Strategy, alarmed
from infra.spec.rules.finding import Finding, below
from infra.spec.units import duration
from lambdas.rollout.guardrails import Alarm

LONGEST_ALARM = 86_400
"""Seconds that an alarm may look back (CloudWatch API reference, PutMetricAlarm, EvaluationPeriods)."""
_DAY = 86_400
_ECR = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[^/]+/.+")


def times_fit_the_alarms(environment: Environment) -> Iterator[Finding]:
    """No stage ends before the slowest alarm could have spoken."""
    for endpoint in environment.endpoints:
        match endpoint.rollout:
            case Progressive():
                found = _bakes(endpoint.rollout, environment.control)
            case Native() if endpoint.serverless:
                continue  # no stage waits for an alarm
            case Native():
                found = _native_stage(endpoint.rollout, environment.control)
        yield from below(found, "endpoints", endpoint.name, "rollout")


def _bakes(rollout: Progressive, control: Control) -> Iterator[Finding]:
    needed = _sight([guardrail.alarm for _, guardrail in alarmed(rollout.plan)], control)
    for index, step in enumerate(rollout.plan.steps):
        if 0 < rollout.plan.least(index) < needed <= LONGEST_ALARM:
            key = "bake" if step.bake < needed else "min_bake"
            at = ("steps", index, "shadow", "for") if step.shadow and key == "bake" else ("steps", index, key)
            problem, fix = _too_short(needed, control)
            if getattr(step, key) is None:
                problem = f"comes to {duration(rollout.plan.least(index))}, a quarter of bake, and {problem}"
            yield Finding(at, problem, fix, "evaluation-outlasts-bake")


def _native_stage(native: Native, control: Control) -> Iterator[Finding]:
    needed = _sight([alarm.alarm for alarm in native.alarms], control)
    key = "baking" if native.strategy is Strategy.ALL_AT_ONCE else "wait"
    if (getattr(native, key) or 0) < needed <= LONGEST_ALARM:
        yield Finding((key,), *_too_short(needed, control), "evaluation-outlasts-bake")


def _sight(alarms: list[Alarm], control: Control) -> int:
    longest = max((alarm.periods for alarm in alarms), default=0)
    return longest * control.metric_period + control.metric_delay if longest else 0


def _too_short(needed: int, control: Control) -> tuple[str, str]:
    period, delay = duration(control.metric_period), duration(control.metric_delay)
    problem = f"is over before the slowest alarm can see: its periods of {period} and the delay of {delay}"
    return (
        f"{problem} take {duration(needed)}",
        f"write {duration(needed)} or more, or let the alarm look at fewer periods",
    )


def alarms_look_back_a_day_at_most(environment: Environment) -> Iterator[Finding]:
    """CloudWatch looks back one day at most."""
    period = environment.control.metric_period
    for endpoint in environment.endpoints:
        for at, alarm in _alarms(endpoint):
            if alarm.periods * period > LONGEST_ALARM:
                problem = (
                    f"makes the alarm look back {duration(alarm.periods * period)}; CloudWatch goes back one day"
                )
                yield Finding(("endpoints", endpoint.name, *at), problem, f"write at most {LONGEST_ALARM // period}")


def _alarms(endpoint: Endpoint) -> Iterator[tuple[tuple[str | int, ...], Alarm]]:
    match endpoint.rollout:
        case Progressive(plan=plan):
            for index, guardrail in alarmed(plan):
                yield ("rollout", "guardrails", index, "alarm", "periods"), guardrail.alarm
        case Native(alarms=alarms):
            for index, bound in enumerate(alarms):
                yield ("rollout", "alarms", index, "alarm", "periods"), bound.alarm


def evidence_outlives_the_step(environment: Environment) -> Iterator[Finding]:
    """The judge counts a whole step, so CloudWatch must still have its first period at the last."""
    kept = _retention(environment.control.metric_period)
    for endpoint in environment.endpoints:
        if not isinstance(endpoint.rollout, Progressive):
            continue
        for index, step in enumerate(endpoint.rollout.plan.steps):
            if step.max_bake > kept:
                longest = duration(step.max_bake)
                problem = f"comes to {longest}, and CloudWatch keeps counts of such periods for {duration(kept)}"
                at = ("endpoints", endpoint.name, "rollout", "steps", index, "max_bake")
                yield Finding(at, problem, f"write a max_bake of {duration(kept)} at most", "evidence-expires")


def _retention(period: int) -> int:
    """Seconds that CloudWatch keeps data points of a period (CloudWatch user guide, metrics retention)."""
    if period < 60:
        return 3 * 3600
    return 15 * _DAY if period < 300 else 63 * _DAY


def images_are_reachable(environment: Environment) -> Iterator[Finding]:
    """SageMaker pulls from ECR, and from the endpoint's own region."""
    for endpoint in environment.endpoints:
        for role, model in model_versions(endpoint):
            at = ("endpoints", endpoint.name, *role, "image")
            in_ecr = _ECR.fullmatch(model.image)
            if model.image and environment.state.s3 and not in_ecr:
                problem = "is not in ECR, and SageMaker pulls from nowhere else"
                yield Finding(at, problem, "push it, and write 123456789012.dkr.ecr.REGION.amazonaws.com/NAME:TAG")
            elif in_ecr and in_ecr["region"] != environment.region:
                problem = f"is in {in_ecr['region']}, and SageMaker pulls from the endpoint's region only"
                yield Finding(at, problem, f"push it to {environment.region}")


def frameworks_have_images(environment: Environment) -> Iterator[Finding]:
    """The registry has an image for the region, the instance type and the Python."""
    if environment.region not in regions():
        return
    for endpoint in environment.endpoints:
        for role, model in model_versions(endpoint):
            wanted = model.framework
            if not wanted or wanted.version not in versions(wanted.name):
                continue
            instance = instance_type(endpoint, model)
            try:
                image_uri(wanted.name, wanted.version, wanted.python, environment.region, instance)
            except LookupError as error:
                problem = f"has no image in {environment.region} for {instance or 'serverless'}: {error}"
                fix = "change version, python or instance type, or write image instead"
                yield Finding(("endpoints", endpoint.name, *role, "framework"), problem, fix)


def role_is_of_the_account(environment: Environment) -> Iterator[Finding]:
    """SageMaker takes roles of the endpoint's own account only."""
    for endpoint in environment.endpoints:
        if endpoint.execution_role and f"::{environment.account}:" not in endpoint.execution_role:
            at = ("endpoints", endpoint.name, "execution_role")
            yield Finding(at, f"is not a role of account {environment.account}", "write one that is, or leave it out")
