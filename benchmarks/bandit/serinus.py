"""Serinus's own bandit, the very functions that decide in production, on the benchmark's streams."""

import numpy as np

from benchmarks.bandit.players import dealt
from benchmarks.bandit.worlds import Ints
from lambdas.rollout.bandit.batches import conversions
from lambdas.rollout.bandit.evidence import after, nothing
from lambdas.rollout.bandit.shares import divide
from lambdas.rollout.bandit.terms import FULL, Arm, Terms
from lambdas.rollout.bandit.update import decided

DEFAULT = Terms()
UNBOUND = Terms(floor=0, max_change=FULL)
"""As bandits are studied: no floor, no bound on a change."""
FORGETS = Terms(discount=0.98)


class Serinus:
    """Shares as `lambdas.rollout.bandit.update.weights` gives them; it never ends, so that regrets compare."""

    def __init__(self, arms: int, terms: Terms) -> None:
        self._terms, self._evidence = terms, nothing(arms)
        shares = divide(FULL, [1] * arms)
        self._arms = [Arm(str(place), share) for place, share in enumerate(shares)]

    def deal(self, requests: int) -> Ints:
        """Deal by the shares as they stand."""
        return dealt(requests, np.array([float(arm.share) for arm in self._arms]))

    def learn(self, counts: Ints, converted: Ints) -> None:
        """Take in the batch, and move the shares."""
        rewards = [conversions(n, k) for n, k in zip(counts.tolist(), converted.tolist(), strict=True)]
        self._evidence = after(self._evidence, rewards, self._terms.discount)
        moved = decided(self._evidence, self._arms, self._terms, 0.0).shares
        self._arms = [arm._replace(share=share) for arm, share in zip(self._arms, moved, strict=True)]
