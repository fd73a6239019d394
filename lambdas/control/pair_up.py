"""From a capture file to counts: each pair once, however often and in whatever order its halves come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.shadow.capture import Place, Record, place_of
from lambdas.rollout.shadow.join import settle
from lambdas.rollout.shadow.ports import Captures, Pairs, Published, ShadowPeriod, ShadowPeriods

_AT_ONCE = 20
"""Requests in one transaction: with 4 MB it holds that many of the longest answers."""
_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Pairing:
    """The ports, and a pause before the n-th new attempt after somebody else committed first."""

    periods: ShadowPeriods
    captures: Captures
    pairs: Pairs
    published: Published
    pause: Callable[[int], None]


def pair_up(ports: Pairing, bucket: str, key: str) -> int | None:
    """Read a capture file and count the pairs that it completes; returns its records.

    None where the file is nobody's: no capture of stable or canary, or no shadow period. Doing it again changes
    nothing, and a crash between any two calls loses no count of the table: the file is read again then.
    """
    place = place_of(key)
    period = ports.periods.period(place.endpoint) if place and place.variant in (STABLE, CANARY) else None
    if place is None or period is None:
        return None
    if ports.pairs.is_read(period, key):
        return 0
    return _read(ports, period, place, (bucket, key))


def _read(ports: Pairing, period: ShadowPeriod, place: Place, where: tuple[str, str]) -> int:
    captured = ports.captures.read(*where, place)
    records = [record for record in captured.records if record.at >= period.since]
    for start in range(0, len(records), _AT_ONCE):
        _persist(ports, partial(_add, ports, period, records[start : start + _AT_ONCE]))
    _persist(ports, partial(_finish, ports, period, where[1], captured.damaged))
    return len(records)


def _add(ports: Pairing, period: ShadowPeriod, records: Sequence[Record]) -> None:
    """Commit what records change, then publish what they completed.

    In this order a crash in between hides counts from the judge, and never shows him any twice.
    """
    before = ports.pairs.load(period, {record.id for record in records})
    settled = settle(before.pairs, before.summary, records, period.terms)
    if settled.pairs:
        ports.pairs.commit(period, before, settled)
    if settled.minutes:
        ports.published.publish(period.endpoint, settled.minutes)


def _finish(ports: Pairing, period: ShadowPeriod, file: str, damaged: int) -> None:
    ports.pairs.finish(period, ports.pairs.load(period, ()), file, damaged)


def _persist(ports: Pairing, work: Callable[[], None]) -> None:
    """Do it again from the beginning while others commit first; raises `ConflictError` when that never ends."""
    for attempt in range(1, _ATTEMPTS):
        try:
            return work()
        except ConflictError:
            ports.pause(attempt)
    return work()
