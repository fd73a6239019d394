"""What the judge says."""

import math
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """PASS and FAIL are proven; INCONCLUSIVE is everything else, silence included."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"


class Arm(NamedTuple):
    """Counts of one arm: ``bad`` of ``total`` requests."""

    bad: int
    total: int

    @property
    def rate(self) -> float:
        """Share of bad requests, 0 where there were none."""
        return self.bad / self.total if self.total else 0.0

    def plus(self, other: "Arm") -> "Arm":
        """Add another's counts."""
        return Arm(self.bad + other.bad, self.total + other.total)

    def __str__(self) -> str:
        return f"{self.bad} of {self.total} ({100 * self.rate:.2f} %)" if self.total else "no requests"


class Verdict(NamedTuple):
    """An outcome with its evidence (counts since the rollout began) and a sentence.

    ``harm`` and ``safety`` are the natural logarithms of the e-values against "no worse" and against "worse
    than `detect`"; FAIL at ``harm_bound``, PASS at ``safety_bound``. ``counted_until`` is the start of the last
    metric period that had data, -1 where none had.
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
    counted_until: float = -1.0


def unheard(guardrail: str, sentence: str, alpha: float, beta: float) -> Verdict:
    """Make the verdict on a guardrail that nothing is known of."""
    nothing = Arm(0, 0)
    return Verdict(
        guardrail=guardrail,
        outcome=Outcome.INCONCLUSIVE,
        sentence=sentence,
        canary=nothing,
        stable=nothing,
        harm=0.0,
        harm_bound=-math.log(alpha),
        safety=0.0,
        safety_bound=-math.log(beta),
    )
