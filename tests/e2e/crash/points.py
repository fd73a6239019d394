"""Where functions are killed: after each call that they make took effect, before they hear of it.

Before a call is the same as after the one before it: nothing lasts in between. So each list begins before its first
call, and goes on after every one.
"""

from __future__ import annotations

from itertools import zip_longest

from tests.e2e.crash.killer import Kill, Point, When

LOAD, COMMIT, LOOK = "GetItem", "TransactWriteItems", "DescribeEndpoint"
WEIGH, START, TELL = "UpdateEndpointWeightsAndCapacities", "StartExecution", "Publish"
WAITING, OUT = "Query", "DeleteItem"
"""Letters that wait in the ledger, and one that was sent."""
MEASURE, ALARMS = "GetMetricData", "DescribeAlarms"

CALLS = {
    "begin": {LOAD, LOOK, COMMIT, TELL, START, WAITING, OUT},
    "advance": {LOAD, LOOK, ALARMS, MEASURE, COMMIT, WEIGH, TELL, WAITING, OUT},
    "rollback": {LOAD, LOOK, COMMIT, WEIGH, START, TELL, OUT},
}
"""All that the functions call."""


def _after(function: str, call: str, nth: int = 1, saying: bytes = b"") -> Kill:
    return Kill(Point(function, call, nth, saying), When.AFTER)


def _run(function: str, *calls: str) -> list[Kill]:
    """Every point of one run of a function that makes these calls in turn."""
    after = [_after(function, call, calls[: place + 1].count(call)) for place, call in enumerate(calls)]
    return [Kill(Point(function, calls[0]), When.BEFORE), *after]


BEGIN = _run("begin", WAITING, LOAD, LOOK, LOAD, COMMIT, TELL, OUT, LOAD, START)
FIRST_LOOK = _run("advance", LOAD, LOOK, ALARMS, COMMIT, LOOK, WEIGH, LOAD, TELL, OUT, WAITING)
ROLLBACK = _run("rollback", LOAD, COMMIT, LOOK, WEIGH, LOAD, START, TELL, OUT)

_MEASURED = _after("advance", MEASURE)
_ALL = _after("advance", WEIGH, saying=b'"DesiredWeight": 10000')
_PROMOTED = [_after("advance", call, saying=b"PROMOTED") for call in (COMMIT, TELL)]
_ROLLED_BACK = [_after("advance", call, saying=b"ROLLED_BACK") for call in (COMMIT, TELL)]

ALARMED = {
    f"alarmed-{number}": [kill for kill in kills if kill]
    for number, kills in enumerate(zip_longest(ROLLBACK, BEGIN[:5], FIRST_LOOK[5:], _ROLLED_BACK))
}
CALM = {
    f"calm-{number}": [kill for kill in kills if kill]
    for number, kills in enumerate(zip_longest(BEGIN[5:], FIRST_LOOK[:5], [_MEASURED, _ALL, *_PROMOTED]))
}
"""Each run of a function is killed once, so that one of its three attempts is to spare."""

OUTLIVED, STUCK = "outlived-0", "stuck-0"


def everywhere(name: str, calls: int, apart: int) -> dict[str, list[Kill]]:
    """Rollouts that are killed after every call of `calls` between them, each at every so manieth."""
    return {
        f"{name}-{first}": [Kill(Point(nth=nth), When.AFTER) for nth in range(first + 1, calls + 1, apart)]
        for first in range(apart)
    }
