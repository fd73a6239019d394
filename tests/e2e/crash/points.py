"""Where functions are killed: at every call that they make, before it reaches AWS and after it took effect."""

from __future__ import annotations

from tests.e2e.crash.killer import Kill, Point, When

BEFORE, AFTER = When.BEFORE, When.AFTER
LOAD, COMMIT, LOOK = "GetItem", "TransactWriteItems", "DescribeEndpoint"
WEIGH, START, TELL = "UpdateEndpointWeightsAndCapacities", "StartExecution", "Publish"
MEASURE, ALARMS = "GetMetricData", "DescribeAlarms"

CALLS = {
    "begin": {LOAD, LOOK, COMMIT, TELL, START},
    "advance": {LOAD, LOOK, ALARMS, MEASURE, COMMIT, WEIGH, TELL},
    "rollback": {LOAD, LOOK, COMMIT, WEIGH, START, TELL},
}
"""All that the functions call."""

BEGIN = (Point("begin", LOAD), *(Point("begin", call) for call in (LOOK, COMMIT, TELL, START)))
BEGIN += (Point("begin", LOAD, 2), Point("begin", LOAD, 3))
"""The calls of a function that begins a rollout."""


def _twice(function: str, call: str, again: int = 2) -> tuple[Kill, Kill]:
    """Before the first of its kind, and after the `again`th: mostly the next attempt's."""
    return Kill(Point(function, call), BEFORE), Kill(Point(function, call, again), AFTER)


def _at(function: str, call: str, saying: bytes) -> tuple[Kill, Kill]:
    """Before and after the calls that say this."""
    first, second = (Point(function, call, nth, saying) for nth in (1, 2))
    return Kill(first, BEFORE), Kill(second, AFTER)


ROLLBACK: tuple[tuple[Kill, ...], ...] = (
    (Kill(Point("rollback", LOAD), BEFORE), Kill(Point("rollback", TELL), AFTER)),
    _twice("rollback", COMMIT),
    _twice("rollback", LOOK),
    _twice("rollback", WEIGH),
    (Kill(Point("rollback", LOAD, 2), BEFORE), Kill(Point("rollback", LOAD, 4), AFTER)),
    _twice("rollback", START),
    (Kill(Point("rollback", TELL), BEFORE), Kill(Point("rollback", LOAD, 3), AFTER)),
)
"""Every call of a function that rolls back, by rollouts: an event has three attempts, so each bears two kills."""

_ENDED = b"ROLLED_BACK"
SETTLE: tuple[tuple[Kill, ...], ...] = (
    _at("advance", COMMIT, _ENDED),
    (Kill(Point("advance", TELL, saying=_ENDED), BEFORE),),
    (Kill(Point("advance", TELL, saying=_ENDED), AFTER),),
)
"""The calls that end a rollback, by rollouts."""

_ALL, _PROMOTED = b'"DesiredWeight": 10000', b"PROMOTED"
ADVANCE: tuple[tuple[Kill, ...], ...] = (
    (*_twice("advance", LOAD), *_at("advance", COMMIT, _PROMOTED)),
    (*_twice("advance", LOOK), Kill(Point("advance", TELL, saying=_PROMOTED), BEFORE)),
    (*_twice("advance", ALARMS), Kill(Point("advance", TELL, saying=_PROMOTED), AFTER)),
    _twice("advance", COMMIT),
    (*_twice("advance", WEIGH), *_at("advance", WEIGH, _ALL)),
    (*_twice("advance", TELL), Kill(Point("advance", MEASURE, 3), BEFORE), Kill(Point("advance", MEASURE, 4), AFTER)),
    (Kill(Point("advance", LOAD, 2), BEFORE), Kill(Point("advance", LOAD, 4), AFTER)),
)
"""Every kind of call of the looks that promote, by rollouts: a look has three attempts, so it bears two kills."""

OUTLIVED = "outlived-0"
"""Its first step bakes until the sandbox is killed."""
STUCK, STUCK_ON_ITS_WAY_BACK = "stuck-0", "stuck-1"
"""No attempt of their functions gets through, so that their workflows end."""

CALM = {
    f"calm-{number}": (Kill(begun, BEFORE), *kills)
    for number, (begun, kills) in enumerate(zip(BEGIN, ADVANCE, strict=True))
}
ALARMED = {
    f"alarmed-{number}": (Kill(begun, AFTER), *kills, *(SETTLE[number] if number < len(SETTLE) else ()))
    for number, (begun, kills) in enumerate(zip(BEGIN, ROLLBACK, strict=True))
}
