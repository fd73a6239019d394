"""What became of simulated rollouts."""

from dataclasses import dataclass
from enum import StrEnum

from simulation.scenario import Nature, Scenario


class End(StrEnum):
    """How a rollout ended; PAUSED is left to a person, as the plan says where the judge cannot tell."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rollout's end, with its times in seconds since it began.

    ``served_from`` is when the canary got its first traffic, ``ended`` when the rollout was promoted or paused, or
    its traffic was off the canary again. ``bad_answers`` are the canary's answers that were worse than stable's
    would have been: failed, wrong, or slower than 95 % of stable's, beyond what stable's were. ``cause`` names the
    guardrails that failed or the alarm; ``weights`` are those that were served (basis points), with their times.
    """

    end: End
    served_from: float
    ended: float
    requests: int
    bad_answers: int
    cause: str
    weights: tuple[tuple[float, int], ...]

    @property
    def exposed(self) -> float:
        """Seconds from the canary's first traffic to the end."""
        return self.ended - self.served_from


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All simulated rollouts of one scenario."""

    scenario: Scenario
    all: tuple[Outcome, ...]

    def count(self, end: End) -> int:
        """Count the rollouts with an end."""
        return sum(outcome.end is end for outcome in self.all)

    @property
    def wrong(self) -> int:
        """Count what must not be: healthy canaries rolled back, and others promoted."""
        return self.count(End.ROLLED_BACK if self.scenario.nature is Nature.HEALTHY else End.PROMOTED)
