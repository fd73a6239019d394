"""What the judge weighs: counts per arm and metric period."""

from collections.abc import Sequence
from typing import NamedTuple

from lambdas.rollout.judge.verdict import Arm


class Table(NamedTuple):
    """Both arms' bad and total in one metric period that starts at ``at`` (seconds since the epoch)."""

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


class Observed(NamedTuple):
    """Answers of one variant in one metric period whose truth is known: how many, how many of them are ``positive``.

    ``expected`` is what their scores add up to; ``labelled`` is at least 1.
    """

    at: float
    positive: int
    labelled: int
    expected: float


class Histogram(NamedTuple):
    """Both arms' values of one metric period, counted in the bins of a ladder, from the best bin to the worst.

    The canary is counted twice, on edges that are the guardrail's ``margin`` times stable's and on edges that are
    ``detect`` times stable's: a canary exactly that much worse has stable's own distribution there.
    """

    at: float
    stable: tuple[int, ...]
    at_margin: tuple[int, ...]
    at_detect: tuple[int, ...]


def pooled(rows: Sequence[Table]) -> tuple[Arm, Arm]:
    """Sum canary and stable over periods, to show them to people; the tests never use pooled counts."""
    canary, stable = [table.canary for table in rows], [table.stable for table in rows]
    return _sum(canary), _sum(stable)


def _sum(arms: Sequence[Arm]) -> Arm:
    return Arm(sum([arm.bad for arm in arms]), sum([arm.total for arm in arms]))
