"""Checks on when an alarm speaks: periods, missing data, few samples."""

import re
from collections.abc import Iterator

from infra.checks.alarms.watch import Watch
from infra.checks.check import error, warning
from infra.spec.rollout import Native, Strategy
from infra.spec.rules.finding import Finding
from infra.spec.units import duration

DAY, WEEK, HOUR = 86_400, 604_800, 3_600
_PERCENTILE = re.compile(r"p(?P<rank>[0-9]+(\.[0-9]+)?)")


@error
def more_breaches_than_periods(watch: Watch) -> Iterator[Finding]:
    """An alarm that wants M of N bad values with M above N can never have them."""
    alarm = watch.alarm
    if alarm.breaches > alarm.periods:
        problem = f"is {alarm.breaches} of {alarm.periods} periods"
        yield Finding(("DatapointsToAlarm",), problem, f"write at most {alarm.periods}")


@error
def looks_back_too_far(watch: Watch) -> Iterator[Finding]:
    """CloudWatch looks back a day, or a week with periods of an hour and more; it refuses the rest."""
    alarm = watch.alarm
    longest = max((reading.period for reading in alarm.readings), default=0)
    limit = WEEK if longest >= HOUR else DAY
    if alarm.reach > limit:
        problem = f"looks back {duration(alarm.reach)}, and CloudWatch {duration(limit)} at most"
        yield Finding(("EvaluationPeriods",), problem, f"write at most {limit // longest}")


@error
def alarm_outlasts_bake(watch: Watch) -> Iterator[Finding]:
    """An alarm that needs longer than a stage waits has not spoken when the stage is over."""
    setting = watch.setting
    rollout = setting.endpoint.rollout if setting else None
    if not setting or not isinstance(rollout, Native) or setting.endpoint.serverless:
        return
    key = "baking" if rollout.strategy is Strategy.ALL_AT_ONCE else "wait"
    stage = getattr(rollout, key) or 0
    periods = max((reading.period for reading in watch.alarm.readings), default=60)
    needed = watch.alarm.breaches * periods + setting.environment.control.metric_delay
    if needed > stage:
        problem = f"needs {duration(needed)}, delay included, and {key} is {duration(stage)}"
        yield Finding(
            ("EvaluationPeriods",), problem, f"write a {key} of {duration(needed)} or more, or shorter periods"
        )


@warning
def silence_fires(watch: Watch) -> Iterator[Finding]:
    """A variant without traffic publishes nothing: where that breaches, every quiet minute rolls back."""
    if watch.alarm.missing == "breaching":
        problem = "takes silence for a fault, and a new fleet is silent until it serves"
        yield Finding(("TreatMissingData",), problem, "write notBreaching")


@warning
def silence_keeps_alarm(watch: Watch) -> Iterator[Finding]:
    """With `ignore`, an alarm that has fired stays so when the traffic is gone, and blocks the next deployment."""
    if watch.alarm.missing == "ignore":
        problem = "keeps the last state: after a rollback the canary's alarm never leaves ALARM"
        yield Finding(("TreatMissingData",), problem, "write notBreaching")


@warning
def one_period_fires(watch: Watch) -> Iterator[Finding]:
    """One bad period in itself is a cold start or a burst as often as a bad model."""
    if watch.alarm.breaches == 1:
        yield Finding(("DatapointsToAlarm",), "lets a single period roll back", "write 2 of 3 periods")


@warning
def few_samples_are_judged(watch: Watch) -> Iterator[Finding]:
    """CloudWatch judges percentiles of a handful of requests, unless EvaluateLowSampleCountPercentile says ignore."""
    alarm, reading = watch.alarm, watch.alarm.plain
    match = _PERCENTILE.fullmatch(reading.statistic) if reading else None
    if not match or alarm.few_samples == "ignore":
        return
    rank = float(match["rank"])
    if 50 < rank < 100:
        problem = f"judges the p{rank:g} of fewer than {10 / (1 - rank / 100):.0f} requests, where it is noise"
        yield Finding(("EvaluateLowSampleCountPercentile",), problem, "write ignore")
