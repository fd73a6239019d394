"""What the bandit weighs: rewards per arm and batch."""

from collections.abc import Mapping
from typing import NamedTuple

_MOST = 1e9
"""No single reward is higher: a sum that is beyond is a fault, and squares stay far from overflow."""
_ROUNDING = 1e-9
"""Sums come from floating point."""


class Reward(NamedTuple):
    """The rewards of one arm in one batch: ``exposures``, the sum of their rewards, and that of the squares.

    An exposure without a reward counts, with a reward of 0. Rewards are not negative, in any unit.
    """

    exposures: int = 0
    total: float = 0.0
    squares: float = 0.0

    def plus(self, other: "Reward") -> "Reward":
        """Add another's sums."""
        return Reward(self.exposures + other.exposures, self.total + other.total, self.squares + other.squares)

    @property
    def sound(self) -> bool:
        """Whether such sums can be: the squares' is at least what equal rewards give (Cauchy-Schwarz)."""
        if not (self.exposures >= 0 and 0 <= self.total <= self.exposures * _MOST):
            return False
        return self.total * self.total <= self.exposures * self.squares * (1 + _ROUNDING) and (
            0 <= self.squares <= self.total * _MOST
        )


def conversions(exposures: int, converted: int) -> Reward:
    """Make the reward of ``exposures`` of which some converted: each is 0 or 1, and so its own square."""
    return Reward(exposures, converted, converted)


class Batch(NamedTuple):
    """What the arms, by name, earned while the shares stood still, from ``at`` on (seconds since the epoch).

    A batch may change later, when late rewards arrive: the bandit is computed anew from all batches at each update.
    An arm that is missing was not served.
    """

    at: float
    rewards: Mapping[str, Reward]
