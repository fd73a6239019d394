"""Errors per variant over time, as intervals of counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cli.story import Story
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.state import Entry

_NONE = Arm(0, 0)


@dataclass(frozen=True, slots=True)
class Interval:
    """Both arms' counts from ``start`` to ``end`` (seconds since the epoch)."""

    start: float
    end: float
    canary: Arm
    stable: Arm

    @property
    def middle(self) -> float:
        """The time that a chart shows it at."""
        return (self.start + self.end) / 2


def intervals(story: Story) -> tuple[Interval, ...]:
    """Tell what was counted when, from the source that counted more.

    CloudWatch's periods include what failed after the judge's last look, but are gone after some days; the
    ledger's looks stay.
    """
    looks, periods = from_entries(story.entries), from_tables(story.tables, story.period)
    return periods if _requests(periods) >= _requests(looks) else looks


def from_entries(entries: Sequence[Entry]) -> tuple[Interval, ...]:
    """Take differences of the cumulative counts that each look recorded; late corrections never count below 0."""
    counted = [(e.at, e.verdicts[0].canary, e.verdicts[0].stable) for e in entries if e.verdicts]
    start = (entries[0].at, _NONE, _NONE) if entries else (0.0, _NONE, _NONE)
    found = (
        Interval(before[0], after[0], _difference(before[1], after[1]), _difference(before[2], after[2]))
        for before, after in pairwise([start, *counted])
    )
    return tuple(i for i in found if i.canary.total or i.stable.total)


def from_tables(tables: Iterable[Table], period: float) -> tuple[Interval, ...]:
    """Take CloudWatch's periods as they are."""
    return tuple(Interval(table.at, table.at + period, table.canary, table.stable) for table in tables)


def merged(found: Sequence[Interval], limit: int) -> tuple[Interval, ...]:
    """Join neighbours until at most ``limit`` intervals are left."""
    size = -(-len(found) // limit) or 1
    return tuple(_joined(found[first : first + size]) for first in range(0, len(found), size))


def total(found: Iterable[Interval]) -> tuple[Arm, Arm]:
    """Sum canary and stable."""
    rows = tuple(found)
    return _sum(row.canary for row in rows), _sum(row.stable for row in rows)


def _joined(group: Sequence[Interval]) -> Interval:
    canary, stable = total(group)
    return Interval(group[0].start, group[-1].end, canary, stable)


def _difference(before: Arm, after: Arm) -> Arm:
    requests = max(0, after.total - before.total)
    return Arm(min(max(0, after.bad - before.bad), requests), requests)


def _sum(arms: Iterable[Arm]) -> Arm:
    rows = tuple(arms)
    return Arm(sum(arm.bad for arm in rows), sum(arm.total for arm in rows))


def _requests(found: Iterable[Interval]) -> int:
    canary, stable = total(found)
    return canary.total + stable.total
