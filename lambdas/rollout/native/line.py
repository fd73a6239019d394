"""Lines of a deployment's history, and the deployments that they make up."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from lambdas.rollout.plan import FULL
from lambdas.rollout.state import Kind, Phase

BEGIN, END = "Begin", "End"


class Line(NamedTuple):
    """One fact of one deployment, from configuration ``before`` to ``after``; times in seconds since the epoch.

    ``fact`` says which (`BEGIN`, `END`, or what was done to which fleet), with ``serving`` of ``wanted`` new
    instances in service. The same fact always has the same `key`: told twice, late or in another order, it is one
    line.
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
_ORDER = {BEGIN: 0, END: 2}


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
        return self.lines[-1].fact == END

    @property
    def phase(self) -> Phase:
        """Where it stands, or ended."""
        return self.lines[-1].phase


def deployments(lines: Iterable[Line]) -> tuple[Deployment, ...]:
    """Make deployments of lines in any order, doubled or not; oldest first."""
    each = {line.key: line for line in lines}.values()
    ordered = sorted(each, key=lambda line: (int(line.began), _ORDER.get(line.fact, 1), line.at, line.serving))
    grouped = groupby(ordered, key=lambda line: int(line.began))
    return tuple(Deployment(number, tuple(of)) for number, (_, of) in enumerate(grouped, 1))
