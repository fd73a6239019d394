"""Checks on a step in which the canary is a shadow."""

import math
import re
from collections.abc import Iterator

from infra.checks.check import notice, warning
from infra.checks.setting import Setting
from infra.content import shadow_of
from infra.spec.agreement import healthy
from infra.spec.endpoint import Traffic
from infra.spec.rules.finding import Finding
from infra.spec.units import duration, percentage
from lambdas.rollout.judge.bench import split
from lambdas.rollout.judge.draws import times_as_likely
from lambdas.rollout.judge.rate import requests_to_see
from lambdas.rollout.plan import DISAGREEMENT, FULL, Plan, Shadow, Step

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_REGION = re.compile(r"(?<![a-z])[a-z]{2}(?:-[a-z]+)+-\d(?!\d)")
_ALL = 100
"""Percent."""


@warning
def shadow_cannot_tell(setting: Setting) -> Iterator[Finding]:
    """A shadow that ends before enough pairs were compared proves nothing of max_disagreement, either way."""
    for index, step, shadow, traffic, plan in _shadows(setting):
        pairs = traffic.requests_per_second * step.max_bake * shadow.sample / FULL
        for needed, what in _needed(plan, shadow):
            if pairs < needed:
                problem = f"ends with {pairs:.0f} pairs of answers; {what} takes {needed:.0f}"
                yield Finding(("rollout", "steps", index, "max_bake"), problem, _fix(step, shadow, needed / pairs))
                return


@warning
def capture_lies_elsewhere(setting: Setting) -> Iterator[Finding]:
    """Captures are written, and read back for a shadow, in the endpoint's own account and region."""
    endpoint, environment = setting.endpoint, setting.environment
    if endpoint.capture is None or shadow_of(endpoint) is None:
        return
    bucket = endpoint.capture.to.removeprefix("s3://").partition("/")[0]
    for pattern, own in ((_ACCOUNT, environment.account), (_REGION, environment.region)):
        named = pattern.findall(bucket)
        if named and own not in named:
            problem = f"names {named[0]}, and the endpoint lives in {own}"
            yield Finding(("capture", "to"), problem, "write a bucket of the endpoint's own account and region")


@notice
def shadow_captures_everything(setting: Setting) -> Iterator[Finding]:
    """Only captured answers can be compared, so all are captured while the canary is a shadow."""
    capture = setting.endpoint.capture
    if capture and shadow_of(setting.endpoint) and capture.sample < _ALL:
        problem = f"holds from the first weight on; while the canary is a shadow {_ALL}% is captured"
        yield Finding(("capture", "sample"), problem, "reckon with the storage, or take the shadow step out")


def _shadows(setting: Setting) -> Iterator[tuple[int, Step, Shadow, Traffic, Plan]]:
    plan, traffic = setting.plan, setting.endpoint.traffic
    for index, step in enumerate(plan.steps if plan else ()):
        if plan and step.shadow and traffic:
            yield index, step, step.shadow, traffic, plan


def _needed(plan: Plan, shadow: Shadow) -> Iterator[tuple[float, str]]:
    """Tell how many pairs prove what: a PASS by Wald's limit (1945), a FAIL as the judge reckons it for rates."""
    good, bound = healthy(shadow), shadow.max_disagreement
    limit = times_as_likely(bound, shadow.detect)
    divergence = good * math.log(good / limit) + (1 - good) * math.log((1 - good) / (1 - limit))
    yield -shadow.burst * math.log(plan.false_pass) / divergence, f"to prove a healthy canary below {limit:.2%}"
    shown = shadow.burst * requests_to_see(shadow.detect, bound, split(plan)[DISAGREEMENT])
    yield shown, f"to convict a canary that disagrees in {shadow.detect * bound:.2%}"


def _fix(step: Step, shadow: Shadow, times: float) -> str:
    seconds = math.ceil(step.max_bake * times / 60) * 60
    sample = math.ceil(shadow.sample * times)
    copied = f", or sample: {percentage(sample)}" if sample <= FULL else ""
    return f"write {duration(seconds)}{copied}, or a larger detect"
