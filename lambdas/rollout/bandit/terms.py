"""What a bandit obeys, and what it says. Shares are in basis points, times in seconds."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from lambdas.rollout.units import BASIS_POINTS, SECONDS, SHARE, TIMES

FULL = 10_000
"""All traffic, in basis points."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How shares may move, and when it is enough.

    Every eligible arm keeps ``floor``, so that it can come back; no share moves by more than ``max_change`` at an
    update; each batch counts ``discount`` times as much as the next (1: the world stands still; 0.98 forgets half
    in 34 batches). Shares are the chances to be best as if differences were known ``sharpness`` times as precisely
    as they are (1: Thompson sampling; a little more explores less, and loses less). It ends when an arm is the best
    with chance ``until``, or after ``max_duration``. ``burst`` is the design effect E[B²]/E[B] of users who are
    exposed B times (Kish 1965): what is known of them is that many times less.
    """

    floor: Annotated[int, BASIS_POINTS] = 100
    max_change: Annotated[int, BASIS_POINTS] = 2_000
    discount: Annotated[float, SHARE] = 1.0
    sharpness: Annotated[float, TIMES] = 1.2
    until: Annotated[float, SHARE] = 0.99
    max_duration: Annotated[int, SECONDS] = 7 * 86_400
    burst: float = 1.0

    @property
    def precision(self) -> float:
        """How precisely differences are known, against what independent exposures would tell."""
        return float(self.burst**-0.5)


class Arm(NamedTuple):
    """An arm with the share that it has now; one that is not ``eligible`` gets nothing."""

    name: str
    share: int
    eligible: bool = True


class Update(NamedTuple):
    """New shares and chances to be the best, in the order of ``arms``; who is the ``best`` beyond doubt, or empty.

    ``best`` is a chance given the batches, not an error rate: where arms are equal, one of them will sooner or later
    be called best, which hurts nobody. Who wants proof runs an experiment.
    """

    shares: tuple[int, ...]
    chances: tuple[float, ...]
    ended: bool
    best: str
    sentence: str
    arms: tuple[str, ...]
