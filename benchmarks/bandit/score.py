"""What bandits lost, and who they are called."""

from dataclasses import dataclass

from benchmarks.bandit.worlds import Floats, World

OPTIMAL = "Bayes-optimal, played"
SERINUS, UNBOUND, FORGETS = "Serinus", "Serinus, no floor, no bound", "Serinus, discount 0.98"
MABWISER = ("mabwiser Thompson", "mabwiser UCB1", "mabwiser ε-greedy 10 %")


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean or a ratio of means, and half of its 95 % confidence interval."""

    value: float
    half: float


@dataclass(frozen=True, slots=True)
class Played:
    """Regrets by bandit, one per run, in conversions lost; ``limit`` is None where it cannot be computed."""

    world: World
    limit: float | None
    regrets: dict[str, Floats]

    def mean(self, player: str) -> Mean:
        """Return the mean regret."""
        return mean(self.regrets[player])

    def over(self, player: str, other: str) -> Mean:
        """Return the ratio of two players' mean regrets, on the same streams."""
        mine, theirs = self.regrets[player], self.regrets[other]
        ratio = float(mine.mean() / theirs.mean())
        return Mean(ratio, mean((mine - ratio * theirs) / theirs.mean()).half)


def mean(values: Floats) -> Mean:
    """Return the mean with its confidence interval."""
    return Mean(float(values.mean()), 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5)
