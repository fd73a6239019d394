"""The one table shape that everything countable comes in."""

from collections.abc import Iterable
from dataclasses import dataclass

from lambdas.rollout.judge.verdict import Arm


@dataclass(frozen=True, slots=True)
class Table:
    """Both arms' counts in one metric period that starts at ``at`` (seconds since the epoch)."""

    at: float
    canary: Arm
    stable: Arm

    @property
    def bad(self) -> int:
        """Bad requests of both arms."""
        return self.canary.bad + self.stable.bad

    @property
    def total(self) -> int:
        """Requests of both arms."""
        return self.canary.total + self.stable.total

    @property
    def share(self) -> float:
        """The canary's share of the requests, 0 where there were none."""
        return self.canary.total / self.total if self.total else 0.0


def pooled(tables: Iterable[Table]) -> tuple[Arm, Arm]:
    """Sum canary and stable over periods, to show them to people; the tests never use pooled counts."""
    rows = tuple(tables)
    return _sum(row.canary for row in rows), _sum(row.stable for row in rows)


def _sum(arms: Iterable[Arm]) -> Arm:
    rows = tuple(arms)
    return Arm(sum(a.bad for a in rows), sum(a.total for a in rows))
