"""From a reward to a count: each inference id and metric once, however often and in whatever order reports come."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lambdas.rollout.exposure import Exposure
from lambdas.rollout.rewards import Outcome, Reward, Terms, join, kept_until


class Claims(Protocol):
    """The table of rewards that have been counted."""

    def claim(self, reward: Reward, until: float) -> bool:
        """Note, to be known ``until`` then, that this id's reward of this metric counts; False if one was noted."""
        ...


class PublishedRewards(Protocol):
    """The metrics that a step's test reads, and those that tell what was not counted."""

    def count(self, reward: Reward, exposure: Exposure) -> None:
        """Add a reward to its variant, at the minute of its exposure."""
        ...

    def left_out(self, endpoint: str, outcome: Outcome) -> None:
        """Count a reward that does not count, now."""
        ...


@dataclass(frozen=True, slots=True)
class Counting:
    """The ports and the terms; ``now`` tells seconds since the epoch."""

    claims: Claims
    published: PublishedRewards
    terms: Terms
    now: Callable[[], float]


def count_reward(ports: Counting, reward: Reward) -> Outcome:
    """Count a reward; doing it again changes no count of rewards.

    It is published after it was claimed: a crash in between hides one reward, and never shows any twice.
    """
    found = join(reward, ports.terms, ports.now())
    if isinstance(found, Exposure) and not ports.claims.claim(reward, kept_until(found)):
        found = Outcome.DOUBLED
    if isinstance(found, Outcome):
        ports.published.left_out(reward.endpoint, found)
        return found
    ports.published.count(reward, found)
    return Outcome.COUNTED
