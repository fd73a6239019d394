"""Which of two plans is better at what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulation.figures import Figure, figures
from simulation.outcome import Outcomes


@dataclass(frozen=True, slots=True)
class Compared:
    """The same figure of the same scenario under two plans."""

    scenario: str
    one: Figure
    other: Figure

    @property
    def better(self) -> str:
        """Tell which is less beyond doubt, ``one`` or ``other``; empty where the 95 % intervals overlap."""
        if self.one.between[1] < self.other.between[0]:
            return "one"
        return "other" if self.other.between[1] < self.one.between[0] else ""


def compare(one: Iterable[Outcomes], other: Iterable[Outcomes]) -> Iterator[Compared]:
    """Put the figures of two plans' rollouts of the same scenarios beside each other."""
    for mine, others in zip(one, other, strict=True):
        theirs = {figure.name: figure for figure in figures(others)}
        for figure in figures(mine):
            if figure.name in theirs:
                yield Compared(mine.scenario.name, figure, theirs[figure.name])
