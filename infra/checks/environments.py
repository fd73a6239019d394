"""Checks on an environment's own settings."""

from collections.abc import Iterator

from infra.checks.check import warning
from infra.spec.environment import Environment
from infra.spec.rules.finding import Finding
from infra.spec.units import duration

LEAST_DELAY = 30
"""Seconds after which CloudWatch usually has all of a minute."""
SHORTEST_FUNCTION, LONGEST_FUNCTION = 15, 300
LONGEST_PERIOD = 300


@warning
def nobody_notified(environment: Environment) -> Iterator[Finding]:
    """A rollback that nobody hears of is a version that nobody mends."""
    if environment.control.deletion_protection and environment.endpoints and not environment.control.notify:
        yield Finding(
            ("control", "notify"), "tells nobody of rollbacks and pauses", "write notify: [team@example.com]"
        )


@warning
def metric_delay_too_short(environment: Environment) -> Iterator[Finding]:
    """A minute reaches CloudWatch late and in parts: a judge that does not wait counts what is not complete."""
    control = environment.control
    if environment.state.s3 and control.metric_delay < LEAST_DELAY:
        yield Finding(("control", "metric_delay"), "is shorter than a minute takes to be complete", "write 60s")


@warning
def function_timeout_too_short(environment: Environment) -> Iterator[Finding]:
    """A rollback is several calls with retries: a function cut off in their midst leaves the rest to the next run."""
    if environment.state.s3 and environment.control.function_timeout < SHORTEST_FUNCTION:
        problem = "cuts functions off in the midst of retries"
        yield Finding(
            ("control", "function_timeout"), problem, f"write {duration(SHORTEST_FUNCTION)} or more, such as 60s"
        )


@warning
def function_timeout_too_long(environment: Environment) -> Iterator[Finding]:
    """A rollback counts as settled only after the longest life of a function: minutes of waiting at each one."""
    if environment.control.function_timeout > LONGEST_FUNCTION:
        problem = "is how long every rollback waits before it counts as settled"
        yield Finding(
            ("control", "function_timeout"), problem, f"write {duration(LONGEST_FUNCTION)} or less, such as 60s"
        )


@warning
def period_blurs_incidents(environment: Environment) -> Iterator[Finding]:
    """Judge and alarms look once per period: with long ones an incident is minutes old when it is first seen."""
    if environment.control.metric_period > LONGEST_PERIOD:
        yield Finding(("control", "metric_period"), "is how old an incident is when it is first seen", "write 60s")


@warning
def state_on_this_machine(environment: Environment) -> Iterator[Finding]:
    """Terraform state in a folder is lost with the machine, and locks nobody else out."""
    if environment.control.deletion_protection and environment.state.local:
        fix = "write state: {s3: {bucket: ...}}, or deletion_protection: false if this is no such environment"
        yield Finding(("state", "local"), "is where a protected environment's state would get lost", fix)
