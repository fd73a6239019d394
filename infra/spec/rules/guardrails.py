"""Rules on guardrails and on the alarms of native mode."""

from collections.abc import Callable, Iterator

from infra.spec.rollout import LatencyBound, Native, alarmed
from infra.spec.rules.finding import Finding
from lambdas.rollout.groups import about_groups
from lambdas.rollout.guardrails import (
    Alarm,
    Calibration,
    Counts,
    DisparateImpact,
    ErrorRate,
    Fairness,
    Latency,
    Quality,
    Rate,
    Value,
    Values,
)
from lambdas.rollout.plan import DISAGREEMENT, Plan, Shadow

Compared = ErrorRate | Latency | Quality | Value | Counts | Values | Fairness | Calibration
"""Guardrails that tolerate a margin: beyond stable's, a bound, or what scores expect."""
MOST_ALARMS = 10
"""An AutoRollbackConfig names at most ten alarms (SageMaker API reference, AutoRollbackConfig)."""


def at_least_one(field: str) -> Callable[[object], Iterator[Finding]]:
    """Make the rule that a count, where there is one, is not below 1."""

    def rule(item: object) -> Iterator[Finding]:
        value = getattr(item, field)
        if value is not None and value < 1:
            yield Finding((field,), "is less than 1", "write 1 or more")

    return rule


def between(field: str, low: float, high: float, fix: str) -> Callable[[object], Iterator[Finding]]:
    """Make the rule that a value, where there is one, lies between two bounds, neither included."""

    def rule(item: object) -> Iterator[Finding]:
        value = getattr(item, field)
        if value is not None and not low < value < high:
            yield Finding((field,), "is out of range", fix)

    return rule


def breaches_fit_periods(alarm: Alarm) -> Iterator[Finding]:
    """An alarm cannot want more bad periods than it looks at."""
    if alarm.breaches > alarm.periods:
        yield Finding(
            ("breaches",),
            f"is more than the {alarm.periods} periods that the alarm looks at",
            f"write at most {alarm.periods}, or more periods",
        )


def margin_tolerates_equality(guardrail: Compared) -> Iterator[Finding]:
    """Below 1 even a canary as good as stable would be too bad."""
    if guardrail.margin < 1:
        yield Finding(("margin",), "would take back a canary as good as stable", "write 1 or more, such as 1.1")


def detect_is_worse_than_margin(guardrail: Compared) -> Iterator[Finding]:
    """What must be ruled out is worse than what is tolerated."""
    if guardrail.detect <= guardrail.margin:
        yield Finding(
            ("detect",),
            f"is not above margin ({guardrail.margin:g}), so nothing could be told apart",
            "write more than margin, such as 2",
            "detect-within-margin",
        )


def impact_detects_more(guardrail: DisparateImpact) -> Iterator[Finding]:
    """What must be ruled out for a PASS is further from equality than what must be proven for a FAIL."""
    if guardrail.detect <= 1:
        problem = "is not above 1, so nothing could be told apart"
        yield Finding(("detect",), problem, "write more than 1, such as 1.15", "detect-within-margin")


def conversion_has_its_losses(plan: Plan) -> Iterator[Finding]:
    """Rewards tell conversions alone; the guardrail wants losses as well, and would always pass."""
    if not any(step.tests for step in plan.steps):
        return
    for index, guardrail in enumerate(plan.guardrails):
        if guardrail.metric == "conversion":
            problem = "knows no losses where rewards are reported, and would pass whatever happens"
            yield Finding(("guardrails", index), problem, "take it out: the experiment or bandit judges conversions")


def shadow_detects_more(shadow: Shadow) -> Iterator[Finding]:
    """What must be ruled out for a PASS is more than what must be proven for a FAIL."""
    if shadow.detect <= 1:
        problem = "is not above 1, so a shadow could never pass"
        yield Finding(("detect",), problem, "write more than 1, such as 1.5")
    if shadow.tolerance < 0:
        yield Finding(("tolerance",), "is below 0", "write how far two scores may be apart, such as 0.01")


def one_fault_is_one_error_at_least(guardrail: Rate | Calibration) -> Iterator[Finding]:
    """The mean over errors of how many one fault causes counts the error itself."""
    if guardrail.burst < 1:
        fix = "write 1 where errors come one by one; docs/metrics.md tells how to find it"
        yield Finding(("burst",), "is less than the one error that a fault causes", fix)


def latency_alarm_tolerates_equality(guardrail: Latency) -> Iterator[Finding]:
    """At 1 or below, the alarm would fire on a canary as fast as stable."""
    if guardrail.alarm_above <= 1:
        yield Finding(("alarm_above",), "fires on a canary as fast as stable", "write more than 1, such as 1.5")


def bounded_has_no_alarm(guardrail: ErrorRate | Latency) -> Iterator[Finding]:
    """A fixed bound is the judge's alone, so what is said of its alarm would have no effect."""
    if guardrail.at_most is None:
        return
    usual = type(guardrail)()
    for field in ("alarm", "alarm_above"):
        if getattr(guardrail, field) != getattr(usual, field):
            fix = "take it out, or add the guardrail without at_most"
            yield Finding((field,), "has no effect beside at_most: the judge alone holds that bound", fix)


def latency_bound_is_positive(guardrail: Latency) -> Iterator[Finding]:
    """No answer takes no time."""
    if guardrail.at_most is not None and guardrail.at_most < 1:
        yield Finding(("at_most",), "is exceeded by every answer", "write a duration, such as 250ms")


def bound_is_positive(bound: LatencyBound) -> Iterator[Finding]:
    """No answer takes no time."""
    if bound.above < 1:
        yield Finding(("above",), "is exceeded by every answer", "write a duration, such as 250ms")


def there_are_guardrails(plan: Plan) -> Iterator[Finding]:
    """Guardrails say PASS; without any, every step would stay inconclusive."""
    if not plan.guardrails:
        yield Finding(("guardrails",), "has none, so no step could ever pass", "add {metric: error_rate}")


def guardrails_differ(plan: Plan) -> Iterator[Finding]:
    """Each guardrail has a key of its own, under which its verdicts are told; `fairness` looks at those on groups."""
    first: dict[str, int] = {}
    for index, guardrail in enumerate(plan.guardrails):
        if about_groups(guardrail):
            continue
        before = first.setdefault(guardrail.key, index)
        if before == index:
            continue
        if isinstance(guardrail, Counts | Values):
            problem = f"is what guardrails[{before}] is called"
            yield Finding(("guardrails", index, "name"), problem, "write another name")
        else:
            problem = f"watches the same as guardrails[{before}]"
            yield Finding(("guardrails", index), problem, "keep one of the two")
    if DISAGREEMENT in first:
        problem = "is what a shadow step's own guardrail is called"
        yield Finding(("guardrails", first[DISAGREEMENT], "name"), problem, "write another name")


def guardrails_fit_the_alarm_limit(plan: Plan) -> Iterator[Finding]:
    """The canary has as many alarms as SageMaker would take, and no more."""
    if (count := len(list(alarmed(plan)))) > MOST_ALARMS:
        yield _too_many(("guardrails",), count)


def alarms_differ(native: Native) -> Iterator[Finding]:
    """No alarm stands twice."""
    first: dict[tuple[str, float | None], int] = {}
    for index, bound in enumerate(native.alarms):
        before = first.setdefault((bound.metric, getattr(bound, "percentile", None)), index)
        if before != index:
            yield Finding(("alarms", index), f"watches the same as alarms[{before}]", "keep one of the two")


def alarms_fit_the_limit(native: Native) -> Iterator[Finding]:
    """SageMaker takes ten alarms at most."""
    count = len(native.alarms) + len(native.existing_alarms)
    if count > MOST_ALARMS:
        yield _too_many(("alarms" if native.alarms else "existing_alarms",), count)


def _too_many(at: tuple[str], count: int) -> Finding:
    problem = f"makes {count} alarms; SageMaker takes {MOST_ALARMS} at most"
    return Finding(at, problem, "keep the ten that matter most", "too-many-alarms")
