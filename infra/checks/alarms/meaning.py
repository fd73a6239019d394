"""Checks on what an alarm would mean when it fires."""

from collections.abc import Iterator

from infra.checks.alarms.published import ERRORS, published, timed
from infra.checks.alarms.watch import Watch
from infra.checks.check import error, warning
from infra.spec.rules.finding import Finding

_PER_CORE = {"CPUUtilization", "GPUUtilization", "GPUMemoryUtilization"}


@warning
def fires_when_better(watch: Watch) -> Iterator[Finding]:
    """Fewer errors or quicker answers are no reason to roll back."""
    reading = watch.alarm.plain
    if reading and "Less" in watch.alarm.comparison and (reading.metric in ERRORS or timed(reading)):
        problem = f"fires when {reading.metric} is low"
        yield Finding(("ComparisonOperator",), problem, "write GreaterThanThreshold")


@warning
def fires_in_quiet_hours(watch: Watch) -> Iterator[Finding]:
    """Few requests say how many people are awake, not whether the model is good."""
    reading = watch.alarm.plain
    if reading and "Less" in watch.alarm.comparison and reading.metric.startswith("Invocations"):
        yield Finding(("ComparisonOperator",), "fires when few people ask", "watch errors or latency instead")


@warning
def sum_grows_with_traffic(watch: Watch) -> Iterator[Finding]:
    """A count of errors grows with traffic: right at night, it rolls back at noon."""
    reading = watch.alarm.plain
    if reading and reading.metric in ERRORS and reading.statistic == "Sum" and watch.alarm.upward:
        problem = f"Sum of {reading.metric} is a count; at twice the traffic it is twice as large"
        yield Finding(("Statistic",), problem, "write Average and a threshold such as 0.01: the error rate")


@error
def sum_of_durations(watch: Watch) -> Iterator[Finding]:
    """Latencies added up measure traffic."""
    reading = watch.alarm.plain
    if reading and timed(reading) and reading.statistic == "Sum":
        problem = f"adds the {reading.metric} of all requests up"
        yield Finding(("Statistic",), problem, "write ExtendedStatistic p95")


@error
def samples_are_requests(watch: Watch) -> Iterator[Finding]:
    """Each request sends a 0 or a 1, so SampleCount counts requests, not errors."""
    reading = watch.alarm.plain
    if reading and reading.statistic == "SampleCount" and (reading.metric in ERRORS or timed(reading)):
        problem = f"SampleCount of {reading.metric} is the number of requests"
        yield Finding(("Statistic",), problem, "write Average (errors) or a percentile (latency)")


@warning
def slowest_answer_decides(watch: Watch) -> Iterator[Finding]:
    """The Maximum is one request: one cold start, one garbage collection takes a good model back."""
    reading = watch.alarm.plain
    if reading and timed(reading) and reading.statistic in {"Maximum", "p100"}:
        problem = f"{reading.statistic} of {reading.metric} is a single answer"
        yield Finding(("Statistic",), problem, "write ExtendedStatistic p99 or p95")


@warning
def average_hides_tail(watch: Watch) -> Iterator[Finding]:
    """A mean hides that a few answers take very long: at 2 % three times slower it moves by 4 %."""
    reading = watch.alarm.plain
    if reading and timed(reading) and reading.statistic == "Average":
        problem = f"Average of {reading.metric} hardly moves when a few answers are very slow"
        yield Finding(("Statistic",), problem, "write ExtendedStatistic p95 or p99")


@warning
def callers_roll_back(watch: Watch) -> Iterator[Finding]:
    """4xx answers are the callers' mistakes: one bad client takes a good model back."""
    readings = watch.alarm.readings
    if any(reading.metric == "InvocationFailures" for reading in readings):
        return  # these count 4xx answers, too: who sets one against the other knows
    other = "InvocationFailures" if watch.setting and watch.setting.endpoint.async_ else "InvocationModelErrors"
    for reading in readings:
        if reading.metric == "Invocation4XXErrors":
            problem = "counts requests that the callers got wrong"
            yield Finding(("MetricName",), problem, f"write Invocation5XXErrors, or {other}")


@warning
def cpu_counts_cores(watch: Watch) -> Iterator[Finding]:
    """CPUUtilization adds the cores up: 80 is a fifth of a machine with four."""
    reading = watch.alarm.plain
    if not reading or reading.metric not in _PER_CORE or watch.alarm.threshold is None or not published(reading):
        return
    if watch.alarm.upward and watch.alarm.threshold <= 100:
        problem = f"{reading.metric} goes up to 100 per core or device, not to 100"
        yield Finding(("MetricName",), problem, f"write {reading.metric}Normalized, or 80 times the cores")


@warning
def band_learns_the_canary(watch: Watch) -> Iterator[Finding]:
    """An anomaly band learns from the metric's past: a new fleet has none, and a bad one becomes the norm."""
    if any("ANOMALY_DETECTION_BAND" in expression for expression in watch.alarm.expressions):
        problem = "compares with a band that has not seen this fleet"
        yield Finding(("Metrics",), problem, "compare with stable, or with a fixed bound")
