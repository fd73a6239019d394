"""Rules on guardrails and on the alarms of native mode."""

from collections.abc import Callable, Iterable, Iterator

from infra.spec.rollout import ErrorRateBound, LatencyBound, Native
from infra.spec.rules.finding import Finding
from lambdas.rollout.guardrails import Alarm, ErrorRate, Latency
from lambdas.rollout.plan import Plan

MOST_ALARMS = 10
"""An AutoRollbackConfig names at most ten alarms (SageMaker API reference, AutoRollbackConfig)."""


def at_least_one(field: str) -> Callable[[object], Iterator[Finding]]:
    """Make the rule that a count is not below 1."""

    def rule(item: object) -> Iterator[Finding]:
        if getattr(item, field) < 1:
            yield Finding((field,), "is less than 1", "write 1 or more")

    return rule


def between(field: str, low: float, high: float, fix: str) -> Callable[[object], Iterator[Finding]]:
    """Make the rule that a value lies between two bounds, neither included."""

    def rule(item: object) -> Iterator[Finding]:
        if not low < getattr(item, field) < high:
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


def margin_tolerates_equality(guardrail: ErrorRate) -> Iterator[Finding]:
    """Below 1 even a canary as good as stable would be too bad."""
    if guardrail.margin < 1:
        yield Finding(("margin",), "would take back a canary as good as stable", "write 1 or more, such as 1.1")


def detect_is_worse_than_margin(guardrail: ErrorRate) -> Iterator[Finding]:
    """What must be ruled out is worse than what is tolerated."""
    if guardrail.detect <= guardrail.margin:
        yield Finding(
            ("detect",),
            f"is not above margin ({guardrail.margin:g}), so nothing could be told apart",
            "write more than margin, such as 2",
            "detect-within-margin",
        )


def latency_alarm_tolerates_equality(guardrail: Latency) -> Iterator[Finding]:
    """At 1 or below, the alarm would fire on a canary as fast as stable."""
    if guardrail.alarm_above <= 1:
        yield Finding(("alarm_above",), "fires on a canary as fast as stable", "write more than 1, such as 1.5")


def bound_is_positive(bound: LatencyBound) -> Iterator[Finding]:
    """No answer takes no time."""
    if bound.above < 1:
        yield Finding(("above",), "is exceeded by every answer", "write a duration, such as 250ms")


def errors_are_judged(plan: Plan) -> Iterator[Finding]:
    """Only the error rate's judge says PASS; without it every step would stay inconclusive."""
    if not any(isinstance(guardrail, ErrorRate) for guardrail in plan.guardrails):
        yield Finding(("guardrails",), "has no error_rate, so no step could ever pass", "add {metric: error_rate}")


def guardrails_differ(plan: Plan) -> Iterator[Finding]:
    """No guardrail stands twice."""
    yield from _repeated("guardrails", plan.guardrails)


def guardrails_fit_the_alarm_limit(plan: Plan) -> Iterator[Finding]:
    """Each guardrail is an alarm of the deployment's automatic rollback."""
    if len(plan.guardrails) > MOST_ALARMS:
        yield _too_many(("guardrails",), len(plan.guardrails))


def alarms_differ(native: Native) -> Iterator[Finding]:
    """No alarm stands twice."""
    yield from _repeated("alarms", native.alarms)


def alarms_fit_the_limit(native: Native) -> Iterator[Finding]:
    """SageMaker takes ten alarms at most."""
    count = len(native.alarms) + len(native.existing_alarms)
    if count > MOST_ALARMS:
        yield _too_many(("alarms" if native.alarms else "existing_alarms",), count)


def _too_many(at: tuple[str], count: int) -> Finding:
    problem = f"makes {count} alarms; SageMaker takes {MOST_ALARMS} at most"
    return Finding(at, problem, "keep the ten that matter most", "too-many-alarms")


def _repeated(
    key: str, guardrails: Iterable[ErrorRate | Latency | ErrorRateBound | LatencyBound]
) -> Iterator[Finding]:
    seen: dict[tuple[str, float | None], int] = {}
    for index, guardrail in enumerate(guardrails):
        watched = (guardrail.metric, getattr(guardrail, "percentile", None))
        if watched in seen:
            problem = f"watches the same as {key}[{seen[watched]}]"
            yield Finding((key, index), problem, "keep one of the two")
        seen.setdefault(watched, index)
