"""Checks on what a plan tolerates, and on the alarms of its guardrails."""

from collections.abc import Iterator

from infra.checks.check import warning
from infra.checks.setting import Setting
from infra.spec.rollout import ErrorRateBound, LatencyBound, Native, QueueBound
from infra.spec.rules.finding import Finding
from lambdas.rollout.groups import among
from lambdas.rollout.guardrails import ErrorRate, Latency

LEAST_SHARE = 0.001
"""Of the error budget, per guardrail."""
LOOSEST_ROLLBACK, LOOSEST_PASS = 0.05, 0.1
COLLAPSE = {"error_rate": 0.5, "latency": 10.0}
"""From here on an alarm sees nothing but a collapse: a share of requests, and times stable's percentile."""


@warning
def no_error_guardrail(setting: Setting) -> Iterator[Finding]:
    """Without a guardrail on errors a canary that crashes on every tenth request is promoted."""
    if setting.plan and not any(isinstance(each, ErrorRate) for each in setting.plan.guardrails):
        yield Finding(("rollout", "guardrails"), "say nothing about requests that fail", "add {metric: error_rate}")


@warning
def no_latency_guardrail(setting: Setting) -> Iterator[Finding]:
    """Without a guardrail on latency a canary that answers correctly, but too late, is promoted."""
    rollout = setting.endpoint.rollout
    known = isinstance(rollout, Native) and rollout.existing_alarms
    waits = any(isinstance(each, QueueBound) for _, each in setting.watched())
    if known or waits or setting.endpoint.serverless or any(_slowness(setting)):
        return
    key, bound = ("alarms", ", above: 800ms") if isinstance(rollout, Native) else ("guardrails", "")
    fix = f"add {{metric: latency, percentile: 95{bound}}}"
    yield Finding(("rollout", key), "say nothing about how long answers take", fix)


@warning
def median_hides_tail(setting: Setting) -> Iterator[Finding]:
    """A median says nothing about the slow half, where a bad model's timeouts are."""
    watched = list(_slowness(setting))
    if watched and all(each.percentile <= 50 for _, each in watched):
        problem = "is the highest percentile that is watched: half of all answers may be as slow as they like"
        yield Finding((*watched[0][0], "percentile"), problem, "write 95 or 99, or add a second guardrail")


def _slowness(setting: Setting) -> Iterator[tuple[tuple[str | int, ...], Latency | LatencyBound]]:
    for at, each in setting.watched():
        if isinstance(each, Latency | LatencyBound):
            yield at, each


@warning
def error_budget_too_thin(setting: Setting) -> Iterator[Finding]:
    """Split over many guardrails, false_rollback leaves each so little that bad canaries live longer."""
    plan = setting.plan
    judged = round(sum(1 / among(each) for each in plan.judged)) if plan else 0
    if plan and judged and plan.false_rollback / judged < LEAST_SHARE:
        each = plan.false_rollback / judged
        problem = f"leaves {each:.2%} to each of {judged} guardrails, and each needs more evidence for it"
        yield Finding(("rollout", "false_rollback"), problem, "write 1%, or keep the guardrails that matter most")


@warning
def false_rollback_too_loose(setting: Setting) -> Iterator[Finding]:
    """People stop believing in rollbacks when more than one healthy rollout in twenty is taken back."""
    if setting.plan and setting.plan.false_rollback > LOOSEST_ROLLBACK:
        problem = "is the chance to take back a canary that is no worse than stable"
        yield Finding(("rollout", "false_rollback"), problem, f"write {LOOSEST_ROLLBACK:.0%} or less, such as 1%")


@warning
def false_pass_too_loose(setting: Setting) -> Iterator[Finding]:
    """A chance above 10 % to pass a canary that is worse than `detect` makes the PASS worth little."""
    if setting.plan and setting.plan.false_pass > LOOSEST_PASS:
        problem = "is the chance to pass a canary that the guardrails' detect calls bad"
        yield Finding(("rollout", "false_pass"), problem, f"write {LOOSEST_PASS:.0%} or less, such as 5%")


_ABOVE_COMPARED = 10
"""Requests above a percentile that shall be compared with stable's. Of lognormal latencies (sigma 0.7) the p95 of 30
requests is half above the true one in 2.4 % of all periods, the p95 of 200 in 0.01 %."""


@warning
def percentile_of_too_few(setting: Setting) -> Iterator[Finding]:
    """A percentile with hardly a request above it is the slowest answer of the period, and chance."""
    for at, each in setting.alarmed():
        if isinstance(each, Latency | LatencyBound):
            above = _ABOVE_COMPARED if isinstance(each, Latency) else 1
            needed = round(above / (1 - each.percentile / 100), 6)
            if each.alarm.min_requests < needed:
                answers = round(each.alarm.min_requests * (1 - each.percentile / 100), 2)
                problem = f"rests the p{each.percentile:g} on {answers:g} slow answers of {each.alarm.min_requests}"
                fix = f"write {needed:.0f} or more"
                yield Finding((*at, "alarm", "min_requests"), problem, fix)


@warning
def one_error_is_a_breach(setting: Setting) -> Iterator[Finding]:
    """Where a single error in a quiet period exceeds the bound, the alarm counts incidents of one request."""
    for at, each in setting.alarmed():
        if isinstance(each, ErrorRate | ErrorRateBound):
            above = each.alarm_above if isinstance(each, ErrorRate) else each.above
            if above * each.alarm.min_requests < 1:
                problem = f"makes one error in {each.alarm.min_requests} requests exceed {above:.2%}"
                fix = f"write {-int(-1 // above):.0f} or more"
                yield Finding((*at, "alarm", "min_requests"), problem, fix)


@warning
def alarm_sees_only_collapse(setting: Setting) -> Iterator[Finding]:
    """An alarm that fires at half of all requests, or at ten times the latency, is no fast path for what is gross."""
    for at, each in setting.alarmed():
        if isinstance(each, ErrorRate | Latency) and each.alarm_above >= COLLAPSE[each.metric]:
            fix = "write 5%" if isinstance(each, ErrorRate) else "write 1.5 (times stable's)"
            yield Finding((*at, "alarm_above"), "fires only where hardly anything works any more", fix)
