"""What was simulated: what text, document and pictures are made of."""

from dataclasses import dataclass

from cli.simulate.given import Given
from simulation.budget import Held
from simulation.outcome import Outcomes


@dataclass(frozen=True, slots=True)
class Simulated:
    """One plan's rollouts in every scenario, and what they say of its budget."""

    environment: str
    found: tuple[Outcomes, ...]
    held: tuple[Held, ...]

    @property
    def over_budget(self) -> bool:
        """Whether any limit is broken."""
        return any(held.broken for held in self.held)


@dataclass(frozen=True, slots=True)
class Page:
    """One plan, or two side by side."""

    given: Given
    rollouts: int
    seed: int
    plans: tuple[Simulated, ...]
