"""The peer that is a package: mabwiser, run as it comes."""

import numpy as np
from mabwiser.mab import MAB, LearningPolicy

from benchmarks.bandit.players import dealt
from benchmarks.bandit.worlds import Ints

_ASKED = 50
"""Predictions per batch, which stand for all its requests: the mean is the same, in a thirtieth of the time."""


class Mabwiser:
    """A policy that is asked for arms, and told of each batch's requests one by one."""

    def __init__(self, arms: int, policy: LearningPolicy, seed: int) -> None:
        self._arms, self._started = arms, False
        self._bandit = MAB(list(range(arms)), policy, seed=seed)

    def deal(self, requests: int) -> Ints:
        """Deal by the predictions, evenly before the first batch."""
        if not self._started:
            return dealt(requests, np.ones(self._arms))
        asked = [self._bandit.predict() for _ in range(min(requests, _ASKED))]
        return dealt(requests, np.bincount(asked, minlength=self._arms).astype(np.float64))

    def learn(self, counts: Ints, converted: Ints) -> None:
        """Fit the batch's decisions and rewards."""
        decisions = np.repeat(np.arange(self._arms), counts)
        rewards = np.concatenate([np.arange(n) < k for n, k in zip(counts, converted, strict=True)]).astype(np.int64)
        fit = self._bandit.partial_fit if self._started else self._bandit.fit
        fit(decisions, rewards)
        self._started = True
