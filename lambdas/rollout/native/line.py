"""Lines of a deployment's history, and the deployments that they make up."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from lambdas.rollout.plan import FULL
from lambdas.rollout.state import Kind, Phase

BEGIN, END, ALARM = "Begin", "End", "Alarm"


class Line(NamedTuple):
    """One fact of one deployment, from configuration ``before`` to ``after``; times in seconds since the epoch.

    ``fact`` says which (`BEGIN`, `END`, what was done to which fleet, or `ALARM` and which one fires after it), with
    ``serving`` of ``wanted`` new instances in service. The same fact always has the same `key`: told twice, late or
    in another order, it is one line.
    """

    endpoint: str
    began: float
    before: str
    after: str
    at: float
    fact: str
    serving: int
    wanted: int
    kind: Kind
    phase: Phase
    reason: str

    @property
    def key(self) -> str:
        """Identify the fact; keys of later deployments sort after those of earlier ones.

        Whole seconds, so that an event and DescribeEndpoint name the same deployment though one rounds.
        """
        deployment = f"{PREFIX}{int(self.began):012d}#"
        return deployment + (self.fact if self.fact in (BEGIN, END) else f"{self.fact}#{self.serving}")

    @property
    def weight(self) -> int:
        """The new fleet's share of the instances in service, in basis points."""
        return round(FULL * self.serving / self.wanted) if self.wanted else 0


PREFIX = "deployment#"
_ORDER = {BEGIN: 0, END: 2, ALARM: 3}


class Deployment(NamedTuple):
    """A deployment by SageMaker; ``number`` counts an endpoint's from 1, ``lines`` are in order, at least one."""

    number: int
    lines: tuple[Line, ...]

    @property
    def began(self) -> float:
        """When it began, in seconds since the epoch."""
        return self.lines[0].began

    @property
    def before(self) -> str:
        """The configuration that served."""
        return self.lines[0].before

    @property
    def after(self) -> str:
        """The configuration that shall serve."""
        return self.lines[0].after

    @property
    def ended(self) -> bool:
        """Whether its end is known."""
        return any(line.fact == END for line in self.lines)

    @property
    def phase(self) -> Phase:
        """Where it stands, or ended; alarms that nothing follows from change nothing."""
        return next(line.phase for line in reversed(self.lines) if not line.fact.startswith(ALARM))


def deployments(lines: Iterable[Line]) -> tuple[Deployment, ...]:
    """Make deployments of lines in any order, doubled or not; oldest first."""
    each = {line.key: line for line in lines}.values()
    ordered = sorted(each, key=lambda line: (int(line.began), _order(line.fact), line.at, line.serving))
    grouped = groupby(ordered, key=lambda line: int(line.began))
    return tuple(Deployment(number, tuple(of)) for number, (_, of) in enumerate(grouped, 1))


def _order(fact: str) -> int:
    """Rank a fact within its deployment; what was done to the fleets lies between begin and end."""
    return _ORDER.get(fact.partition(" ")[0] if fact.startswith(ALARM) else fact, 1)
