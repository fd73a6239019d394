"""What an experiment asks, and what it answers. Shares are in basis points, times in seconds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, NamedTuple

from lambdas.rollout.units import BASIS_POINTS, SECONDS, SHARE


@dataclass(frozen=True, slots=True)
class Terms:
    """The question: which of ``arms`` earns most? The first one is the control, the others are treatments.

    ``effect`` is the least relative difference that matters (0.05: five percent of the control's rate, or values
    five percent higher). ``alpha`` bounds the chance of any wrong claim, over all pairs of arms and all looks;
    ``power`` is the chance to see the effect that planning aims at (`lambdas.rollout.experiment.foresight`).
    ``burst`` is the design effect E[B²]/E[B] of users who are exposed B times (Kish 1965): a sticky user's
    exposures are not independent. ``mismatch`` is the chance of a false alarm on the split.
    """

    arms: tuple[str, ...]
    split: tuple[Annotated[int, BASIS_POINTS], ...]
    effect: Annotated[float, SHARE] = 0.05
    alpha: Annotated[float, SHARE] = 0.05
    power: Annotated[float, SHARE] = 0.8
    max_duration: Annotated[int, SECONDS] = 14 * 86_400
    burst: float = 1.0
    mismatch: Annotated[float, SHARE] = 0.001

    @property
    def claim_alpha(self) -> float:
        """The share of ``alpha`` that each claim on an ordered pair of arms gets.

        Four claims are tested on each of the n(n - 1)/2 pairs: a is better, b is better, a is not better by the
        effect, b is not. Whatever the truth is, at most two of them are wrong: both "better" where the arms are
        equal, else "the worse is better" and, from the effect on, "not better by the effect". So it is enough that
        each is wrong with probability alpha/2 over the number of pairs.
        """
        return self.alpha / max(1, len(self.arms) * (len(self.arms) - 1))


class Outcome(StrEnum):
    """How an experiment stands; all but RUNNING end it."""

    RUNNING = "RUNNING"
    WINNER = "WINNER"
    """A treatment is proven better than the control, and no treatment is known to be better than it."""
    LOSER = "LOSER"
    """Every treatment is proven worse than the control."""
    NO_DIFFERENCE = "NO_DIFFERENCE"
    """Every treatment is proven worse than the control or to differ from it by less than the effect."""
    STOPPED = "STOPPED"
    """The time is over without proof, or the split is not what it should be, and nothing can be believed."""


class Claim(StrEnum):
    """What may be proven of an arm and another one."""

    BETTER = "better"
    """It earns more."""
    CLOSE = "close"
    """The other does not earn more by the effect."""


class Pair(NamedTuple):
    """The evidence for both claims on an ordered pair: natural logs of e-values, proven at `Verdict.bound`."""

    arm: str
    other: str
    better: float
    close: float


class Verdict(NamedTuple):
    """How it stands, with the evidence and a sentence; ``winner`` is empty where there is none.

    ``losers`` are the arms proven worse than the control: they may be taken out at any time.
    """

    outcome: Outcome
    winner: str
    losers: tuple[str, ...]
    sentence: str
    pairs: tuple[Pair, ...]
    bound: float
