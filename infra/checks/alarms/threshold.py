"""Checks on an alarm's threshold: values that its metric never has, or always has."""

import math
from collections.abc import Iterator

from infra.checks.alarms.published import ERRORS, TIMEOUT, published, timed
from infra.checks.alarms.watch import Watch
from infra.checks.check import error, warning
from infra.spec.rules.finding import Finding

QUICKEST = 10_000
"""Microseconds: thresholds below are rather meant as milliseconds."""
_COUNTING = ("Sum", "SampleCount", "SUM", "TC", "TS")


@error
def alarm_never_fires(watch: Watch) -> Iterator[Finding]:
    """An alarm whose threshold its metric cannot reach is no alarm: the rollback that relies on it never comes."""
    alarm, (low, high) = watch.alarm, _range(watch)
    threshold = alarm.threshold
    if threshold is None:
        return
    impossible = {
        "GreaterThanThreshold": high <= threshold,
        "GreaterThanOrEqualToThreshold": high < threshold,
        "LessThanThreshold": low >= threshold,
        "LessThanOrEqualToThreshold": low > threshold,
    }
    if impossible.get(alarm.comparison, False):
        problem = f"{_read(watch)} lies between {low:g} and {high:g}, so {_said(watch)} is never true"
        yield Finding(("Threshold",), problem, _share_fix(watch) or "write a threshold between the two")


@error
def alarm_always_fires(watch: Watch) -> Iterator[Finding]:
    """An alarm that every value breaches rolls back every deployment."""
    alarm, (low, high) = watch.alarm, _range(watch)
    threshold = alarm.threshold
    if threshold is None or alarm.plain is None:
        return
    certain = {
        "GreaterThanThreshold": low > threshold,
        "GreaterThanOrEqualToThreshold": low >= threshold,
        "LessThanThreshold": high < threshold,
        "LessThanOrEqualToThreshold": high <= threshold,
    }
    if certain.get(alarm.comparison, False):
        problem = f"{_read(watch)} lies between {low:g} and {high:g}, so {_said(watch)} is always true"
        yield Finding(("Threshold",), problem, _share_fix(watch) or "write a threshold between the two")


@error
def alarm_needs_total_failure(watch: Watch) -> Iterator[Finding]:
    """SageMaker's error metrics are 0 or 1 per request: an Average of 1 means that nothing works at all."""
    alarm, reading = watch.alarm, watch.alarm.plain
    if not reading or alarm.threshold is None or reading.metric not in ERRORS or not alarm.upward:
        return
    if (
        reading.statistic == "Average"
        and _range(watch)[1] >= alarm.threshold > 0.5
        and not any(alarm_never_fires.look(watch))
    ):
        problem = (
            f"fires only where {alarm.threshold:.0%} of all requests of a period fail: Average is the error rate"
        )
        yield Finding(("Threshold",), problem, "write 0.01 for 1 %")


@error
def latency_in_milliseconds(watch: Watch) -> Iterator[Finding]:
    """SageMaker publishes latency in microseconds: a threshold meant as milliseconds fires on every answer."""
    threshold = _slow(watch)
    if threshold is not None and 0 < threshold < QUICKEST:
        problem = f"is {threshold / 1000:g} ms: SageMaker's latencies are in microseconds"
        yield Finding(("Threshold",), problem, f"write {threshold * 1000:g} for {threshold:g} ms")


@warning
def latency_beyond_timeout(watch: Watch) -> Iterator[Finding]:
    """SageMaker gives an answer up after 60 s: a threshold above waits for what does not come."""
    threshold = _slow(watch)
    if watch.setting and watch.setting.endpoint.async_:
        return  # whoever asks says how long it may take, up to an hour
    if threshold is not None and threshold >= TIMEOUT:
        problem = f"is {threshold / 1e6:g} s, and SageMaker waits 60 s for an answer"
        yield Finding(("Threshold",), problem, "write microseconds: 800000 for 800 ms")


def _slow(watch: Watch) -> float | None:
    """The threshold, where the alarm fires on slow answers."""
    alarm, reading = watch.alarm, watch.alarm.plain
    if reading and timed(reading) and alarm.upward and reading.statistic not in _COUNTING:
        return alarm.threshold
    return None


def _range(watch: Watch) -> tuple[float, float]:
    """Bounds of the value that is compared; none where something is computed, or the metric is not SageMaker's."""
    reading = watch.alarm.plain
    found = published(reading) if reading else None
    if not reading or not found:
        return -math.inf, math.inf
    return 0.0, math.inf if reading.statistic in _COUNTING else found.highest


def _read(watch: Watch) -> str:
    reading = watch.alarm.plain
    return f"{reading.statistic} of {reading.metric}" if reading else "the value"


def _said(watch: Watch) -> str:
    signs = {"Greater": ">", "GreaterThanOrEqual": ">=", "Less": "<", "LessThanOrEqual": "<="}
    alarm = watch.alarm
    sign = signs[alarm.comparison.replace("ToThreshold", "").replace("ThanThreshold", "")]
    return f"{sign} {alarm.threshold:g}"


def _share_fix(watch: Watch) -> str:
    reading = watch.alarm.plain
    if reading and reading.metric in ERRORS and reading.statistic == "Average":
        return "Average is the error rate: write GreaterThanThreshold 0.01 for 1 %"
    return ""
