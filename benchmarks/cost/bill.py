"""A bill: what was used, priced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.cost import prices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.load.run import Report

MEMORY = 512
"""Megabytes that a function has (infra/constructs/function.py)."""
_WHOLE_CORE = 1_769
"""Megabytes for which Lambda gives one whole processor (developer guide, "Configure Lambda function memory")."""
THOUGHT: Mapping[str, float] = {"advance": 0.060, "begin": 0.004, "rollback": 0.005}
"""Seconds of a processor per invocation, as measured on the developer's machine; `python -m benchmarks.cost --check`
measures again, and fails where it is three times as much."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what, how many of which unit, and USD."""

    what: str
    amount: str
    usd: float


def billed_seconds(report: Report, function: str) -> float:
    """Estimate what Lambda bills: waiting for answers as simulated, and thinking at the memory's share of a core."""
    work = report.work[function]
    return work.seconds + work.invocations * THOUGHT[function] * _WHOLE_CORE / MEMORY


def bill(report: Report, hours: float) -> list[Item]:
    """Price one rollout that lasted so many hours; the dearest line first."""
    calls = _by_api(report)
    invocations = sum(work.invocations for work in report.work.values())
    seconds = sum(billed_seconds(report, function) for function in report.work)
    logged = sum(work.logged for work in report.work.values())
    published = len(set().union(*(work.published for work in report.work.values())))
    told = calls.get("Publish", 0)
    items = [
        Item("Step Functions", f"{report.transitions:,} state transitions", report.transitions * prices.TRANSITION),
        Item(
            "CloudWatch GetMetricData", f"{report.metrics:,} metrics asked for", report.metrics * prices.METRIC_ASKED
        ),
        Item(
            "CloudWatch custom metrics",
            f"{published} metrics for {hours:.1f} h",
            published * hours / prices.HOURS * prices.METRIC_MONTH,
        ),
        Item(
            "Lambda",
            f"{invocations:,} invocations, {1_000 * seconds:,.0f} ms at {MEMORY} MB",
            invocations * prices.INVOCATION + seconds * MEMORY / 1_024 * prices.GB_SECOND,
        ),
        Item(
            "CloudWatch DescribeAlarms",
            f"{calls.get('DescribeAlarms', 0):,} calls",
            calls.get("DescribeAlarms", 0) * prices.CALL,
        ),
        Item(
            "DynamoDB",
            f"{report.units['write']:,} write and {report.units['read']:,} read units",
            report.units["write"] * prices.WRITE_UNIT + report.units["read"] * prices.READ_UNIT,
        ),
        Item("CloudWatch Logs", f"{logged / 1_000:,.0f} kB", logged / 1e9 * prices.LOG_GB),
        Item("X-Ray", f"at most {invocations:,} traces", invocations * prices.TRACE),
        Item("SNS", f"{told} messages, each one e-mail", told * (prices.NOTIFICATION + prices.EMAIL)),
    ]
    return sorted(items, key=lambda item: -item.usd)


def calls(report: Report) -> list[tuple[str, int]]:
    """List the calls by API, most first; SageMaker's cost nothing."""
    return sorted(_by_api(report).items(), key=lambda each: -each[1])


def _by_api(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, api), count in report.calls.items():
        found[api] = found.get(api, 0) + count
    return found
