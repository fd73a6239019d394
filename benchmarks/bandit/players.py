"""The usual bandits, written plainly. Each gives a batch's requests to the arms, then learns what they earned."""

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np

from benchmarks.bandit.worlds import Floats, Ints, Stream, World


class Player(Protocol):
    """A bandit."""

    def deal(self, requests: int) -> Ints:
        """Return how many of the next batch's requests each arm gets."""

    def learn(self, counts: Ints, converted: Ints) -> None:
        """Take in the batch's conversions per arm."""


Maker = Callable[[World, int], Player]
"""Makes a player for a world, with a seed; only the optimal one looks at more than the number of arms."""


def regret(stream: Stream, player: Player) -> float:
    """Play one day, and return what it lost."""
    lost = 0.0
    for batch, requests in enumerate(stream.requests.tolist()):
        counts = player.deal(requests)
        lost += stream.regret(batch, counts)
        player.learn(counts, stream.play(batch, counts))
    return lost


def dealt(requests: int, shares: Floats) -> Ints:
    """Deal requests by shares, the largest remainders rounded up."""
    exact = requests * shares / shares.sum()
    counts: Ints = np.floor(exact).astype(np.int64)
    first = np.argsort(counts - exact, kind="stable")[: requests - counts.sum()]
    counts[first] += 1
    return counts


class Pooled:
    """Counts pooled over all batches, the base of all others here; by itself it deals evenly."""

    def __init__(self, arms: int, seed: int, discount: float = 1.0) -> None:
        self.counts, self.wins = np.zeros(arms), np.zeros(arms)
        self.random = np.random.default_rng(seed)
        self._discount = discount

    def deal(self, requests: int) -> Ints:
        """Deal evenly."""
        return dealt(requests, np.ones(len(self.counts)))

    def learn(self, counts: Ints, converted: Ints) -> None:
        """Add to the counts."""
        self.counts = self._discount * self.counts + counts
        self.wins = self._discount * self.wins + converted

    @property
    def means(self) -> Floats:
        """Conversions per request so far, 1 for an arm without."""
        return np.where(self.counts > 0, self.wins / np.maximum(self.counts, 1e-9), 1.0)


class Thompson(Pooled):
    """Each request goes to the arm whose rate, drawn from Beta(1 + conversions, 1 + others), is highest."""

    def deal(self, requests: int) -> Ints:
        """Draw once per request."""
        lost = np.maximum(self.counts - self.wins, 0.0)
        rates = self.random.beta(1 + self.wins, 1 + lost, (requests, len(self.counts)))
        return np.bincount(rates.argmax(axis=1), minlength=len(self.counts))


class Greedy(Pooled):
    """A tenth of the requests evenly, the rest to the arm with the best mean."""

    def deal(self, requests: int) -> Ints:
        """Deal nine tenths to the best arm."""
        shares = np.full(len(self.counts), 0.1 / len(self.counts))
        shares[self.means.argmax()] += 0.9
        return dealt(requests, shares)


class KlUcb(Pooled):
    """KL-UCB (Garivier and Cappé 2011): the whole batch goes to the arm whose rate may be highest."""

    def deal(self, requests: int) -> Ints:
        """Deal all to the arm with the highest index, evenly before there is one."""
        if not self.counts.all():
            return super().deal(requests)
        shares = np.zeros(len(self.counts))
        shares[self._indices(np.log(self.counts.sum())).argmax()] = 1.0
        return dealt(requests, shares)

    def _indices(self, explored: float) -> Floats:
        pairs = zip(self.counts.tolist(), self.means.tolist(), strict=True)
        return np.array([_highest(mean, explored / count) for count, mean in pairs])


def _highest(mean: float, divergence_allowed: float) -> float:
    """Return the highest rate whose divergence from the mean is allowed, by bisection."""
    low, high = mean, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if _divergence(mean, middle) <= divergence_allowed else (low, middle)
    return low


def _divergence(p: float, q: float) -> float:
    """Return the Kullback-Leibler divergence of Bernoulli distributions; ``q`` is not below ``p``."""
    parts = ((p, q), (1 - p, 1 - q))
    return sum(a * math.log(a / b) if b else math.inf for a, b in parts if a)


class Med(Pooled):
    """Minimum empirical divergence (Honda and Takemura 2011): shares are exp(-n KL(mean, best mean))."""

    def deal(self, requests: int) -> Ints:
        """Deal by these shares, evenly before there are any means."""
        if not self.counts.all():
            return super().deal(requests)
        means = self.means.tolist()
        distances = np.array([_divergence(mean, max(means)) for mean in means])
        return dealt(requests, np.exp(-self.counts * distances))
