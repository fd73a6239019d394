"""Joining two sides that come late, doubled and in any order, so that each pair counts once."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.shadow.answers import Output
from lambdas.rollout.shadow.capture import Record
from lambdas.rollout.shadow.compare import compare
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.segments import segments_of
from lambdas.rollout.shadow.summary import Paired, Summary, with_pairs


class Side(NamedTuple):
    """One variant's output, at a time in seconds since the epoch."""

    at: float
    output: Output


class Pair(NamedTuple):
    """What is kept of a request: the side that came first, until the other one comes; then only that it counted."""

    waiting: str = ""
    side: Side | None = None
    counted: bool = False


class Joined(NamedTuple):
    """What a pair becomes with one more record, and, if that completes it, what is to be counted at what time."""

    pair: Pair
    completed: Paired | None = None
    at: float = 0.0


class Settled(NamedTuple):
    """What some records change: pairs by id, the summary, and counts by the minute of stable's inference."""

    pairs: Mapping[str, Pair]
    summary: Summary
    minutes: Mapping[float, Arm]


def join(stored: Pair, record: Record, terms: Comparison) -> Joined:
    """Add one record to what is stored of its request. Adding it twice is the same as once."""
    side = Side(record.at, record.output)
    if stored.counted or record.variant not in (STABLE, CANARY) or stored.waiting == record.variant:
        return Joined(stored)
    if stored.side is None:
        return Joined(Pair(record.variant, side))
    sides = {stored.waiting: stored.side, record.variant: side}
    stable, canary = sides[STABLE], sides[CANARY]
    compared = compare(stable.output, canary.output, terms)
    segments = segments_of(record.request, len(compared.found), terms)
    return Joined(Pair(counted=True), Paired(record.id, stable.output, canary.output, compared, segments), stable.at)


def settle(stored: Mapping[str, Pair], summary: Summary, records: Iterable[Record], terms: Comparison) -> Settled:
    """Add records to what is stored; only pairs that change are returned."""
    pairs = dict(stored)
    completed: list[Paired] = []
    minutes: dict[float, Arm] = {}
    for record in records:
        joined = join(pairs.get(record.id, Pair()), record, terms)
        pairs[record.id] = joined.pair
        if joined.completed is not None:
            completed.append(joined.completed)
            minute = joined.at // 60 * 60
            found = joined.completed.compared
            minutes[minute] = minutes.get(minute, Arm(0, 0)).plus(Arm(found.disagreements, len(found.found)))
    changed = {key: pair for key, pair in pairs.items() if pair != stored.get(key, Pair())}
    counted = {at: arm for at, arm in minutes.items() if arm.total}
    return Settled(changed, with_pairs(summary, completed), counted)
