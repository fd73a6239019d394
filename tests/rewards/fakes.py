"""The ports of rewards in memory; any call can be made to crash, before it does its work or after."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.shadow.fakes import Fate

if TYPE_CHECKING:
    from lambdas.rollout.exposure import Exposure
    from lambdas.rollout.rewards import Outcome, Reward


class MemoryClaims:
    """The table in memory, with when its items expire."""

    def __init__(self, fate: Fate | None = None) -> None:
        self.kept: dict[tuple[str, str], float] = {}
        self._fate = fate or Fate(iter(()))

    def claim(self, reward: Reward, until: float) -> bool:
        self._fate.before()
        key = (reward.metric, reward.inference_id)
        is_first = key not in self.kept
        self.kept.setdefault(key, until)
        self._fate.after()
        return is_first


class MemoryPublishedRewards:
    """What was published, by endpoint, variant, metric and minute, value by value; and what was left out."""

    def __init__(self, fate: Fate | None = None) -> None:
        self.counted: Counter[tuple[str, str, str, float, float]] = Counter()
        self.others: Counter[Outcome] = Counter()
        self._fate = fate or Fate(iter(()))

    def count(self, reward: Reward, exposure: Exposure) -> None:
        self._fate.before()
        self.counted[reward.endpoint, exposure.variant, reward.metric, exposure.minute, reward.value] += 1
        self._fate.after()

    def left_out(self, endpoint: str, outcome: Outcome) -> None:
        del endpoint
        self._fate.before()
        self.others[outcome] += 1
        self._fate.after()
