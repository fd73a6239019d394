"""Whether a plan keeps its budget, as far as the simulated rollouts can tell.

A limit is broken where the rollouts prove it: where the whole 95 % interval of a figure lies beyond it. Luck alone
breaks a limit that is kept in one of 40 runs at most.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from lambdas.rollout.plan import Budget
from simulation.figures import Figure, figures
from simulation.outcome import Outcomes


@dataclass(frozen=True, slots=True)
class Held:
    """One limit of a budget, and the figure of one scenario that it is held against."""

    scenario: str
    figure: Figure
    limit: float

    @property
    def broken(self) -> bool:
        """Whether the limit is broken beyond doubt."""
        return self.figure.between[0] > self.limit

    @property
    def kept(self) -> bool:
        """Whether the limit is kept beyond doubt."""
        return self.figure.between[1] <= self.limit


def hold(budget: Budget | None, found: Iterable[Outcomes]) -> tuple[Held, ...]:
    """Hold simulated rollouts against every limit that concerns their scenario; figures and limits share names."""
    limits = {} if budget is None else {name: limit for name, limit in asdict(budget).items() if limit is not None}
    return tuple(
        Held(outcomes.scenario.name, figure, limits[figure.name])
        for outcomes in found
        for figure in figures(outcomes)
        if figure.name in limits
    )
