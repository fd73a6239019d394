"""The page in docs/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cost.bill import MEMORY, THOUGHT, Item, calls
from benchmarks.load.account import ROUND_TRIP
from benchmarks.load.limits import GUESSED, PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.cost.run import Priced

_INTRO = """# What it costs to roll out

Beside the second fleet's instances, which are most of it: `serinus explain` reckons those, from the prices in the
environment file. This page is about everything else. Written by `python -m benchmarks.cost`; `--check` fails where it
is out of date. Prices are AWS's public list prices of us-east-1 as of November 2026, without the free tier
([prices.py](../benchmarks/cost/prices.py)).

![Where the money goes, a rollout of some hours](pictures/cost.svg)

## How it is counted

The real handlers run with their real adapters and boto3 on an AWS in memory (`benchmarks/load`): every request ends
there instead of on the network, is counted, and is refused above the account's limits. Step Functions' state machine
is the one that is deployed, run by a small interpreter that counts transitions, retries too. So calls, transitions,
units and metrics are exact for that account. **Estimated** are Lambda's milliseconds: {trip:g} ms are assumed from a
request to its answer, and {thought:g} ms of a processor's time for each look, as measured on the developer's machine
(at {memory} MB a function has 29 % of one). Cold starts are left out: about a second each, and a rollout keeps its
function warm or has one an hour.

The plan is the one of `mortgage` in [prod.yaml](../environments/prod.yaml), without the wait for somebody's approval:
four steps, four and a half hours of baking, guardrails on errors and latency."""
_IDLE = """## While nothing is rolled out

The control plane makes **no call**: there is no schedule, no polling and no provisioned concurrency (a test looks at
the Terraform, another at a simulated day of 300 endpoints). What stands costs this a month:
"""
_AFTER_IDLE = """
- CloudWatch bills a standard alarm by the metrics that it reads. An error alarm that compares a canary with stable
  reads six, so it is six times the price on the label. They go with the canary: take it out of the file, and they are
  deleted.
- Where a plan has a shadow step, Lambda's own pollers ask the queue of captures without end. That is the one thing
  that is not idle, AWS does it and bills it, and there is no other way to read a queue with Lambda.
- DynamoDB is paid by request; its storage, point-in-time recovery and the logs' retention are cents."""
_LOAD = """## Two hundred at once

One deploy that begins 200 rollouts within a second asks more of AWS than it answers. What was measured, and mended,
is in [decision 18](decisions/0018-many-endpoints.md), and `tests/load` holds it: all 200 end right, with the limits
below and (a dozen of them) with a tenth.

| API | calls a second | |
| --- | --- | --- |"""
_AFTER_LOAD = """
With more endpoints than limits allow, looks come later, never wrong: DescribeAlarms answers 9 a second, so about 500
rollouts can be looked at once a minute in one account and region. A quota that AWS raises raises that."""


def page(rollouts: Sequence[Priced], idle: Iterable[Item]) -> str:
    """Return the whole page as Markdown."""
    intro = _INTRO.format(trip=1_000 * ROUND_TRIP, thought=1_000 * THOUGHT["advance"], memory=MEMORY)
    parts = [intro, ""]
    for one in rollouts:
        parts += [f"## {one.title}\n", *_bill(one.bill), "", *_calls(one), ""]
    parts += [_IDLE, *_month(idle), _AFTER_IDLE, "", _LOAD, *_limits(), _AFTER_LOAD]
    return "\n".join(parts) + "\n"


def _bill(items: Sequence[Item]) -> Iterator[str]:
    yield "| | used | USD |\n| --- | --- | --- |"
    yield from (f"| {item.what} | {item.amount} | {item.usd:.4f} |" for item in items)
    yield f"| **together** | | **{sum(item.usd for item in items):.2f}** |"


def _calls(one: Priced) -> Iterator[str]:
    looks = one.report.work["advance"].invocations
    made = ", ".join(f"{count:,} {api}" for api, count in calls(one.report))
    yield f"{looks:,} looks. Calls: {made}. SageMaker's calls and EventBridge's events from AWS services are free."


def _month(idle: Iterable[Item]) -> Iterator[str]:
    yield "| | a month | USD |\n| --- | --- | --- |"
    yield from (f"| {item.what} | {item.amount} | {item.usd:.2f} |" for item in idle)


def _limits() -> Iterator[str]:
    yield from (f"| {api} | {rate:,} | published |" for api, rate in PUBLISHED.items())
    yield from (f"| {api} | {rate:,} | a guess: SageMaker publishes none |" for api, rate in GUESSED.items())
