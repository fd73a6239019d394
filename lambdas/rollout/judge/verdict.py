"""What the judge says."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """PASS and FAIL are proven; INCONCLUSIVE is everything else, silence included."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class Arm:
    """Counts of one arm: ``bad`` of ``total`` requests."""

    bad: int
    total: int

    @property
    def rate(self) -> float:
        """Share of bad requests, 0 where there were none."""
        return self.bad / self.total if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.bad} of {self.total} ({100 * self.rate:.2f} %)" if self.total else "no requests"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with its evidence (counts since the rollout began) and a sentence.

    ``harm`` and ``safety`` are the natural logarithms of the e-values against "no worse" and against "worse
    than `detect`"; FAIL at ``harm_bound``, PASS at ``safety_bound``.
    """

    guardrail: str
    outcome: Outcome
    sentence: str
    canary: Arm
    stable: Arm
    harm: float
    harm_bound: float
    safety: float
    safety_bound: float
