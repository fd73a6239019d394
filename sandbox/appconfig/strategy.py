"""Deployment strategies: how far a deployment is after some minutes. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Strategy:
    """A deployment strategy; times in minutes, ``factor`` in per cent."""

    id: str
    name: str
    duration: int
    factor: float
    bake: int = 0
    growth: str = "LINEAR"
    replicate: str = "NONE"
    description: str | None = None

    def told(self) -> dict[str, Any]:
        """Return it as the API does."""
        return {"Id": self.id, "Name": self.name, "ReplicateTo": self.replicate, "Description": self.description} | (
            self.course()
        )

    def course(self) -> dict[str, Any]:
        """Return what a deployment copies of it."""
        return {
            "DeploymentDurationInMinutes": self.duration,
            "GrowthType": self.growth,
            "GrowthFactor": self.factor,
            "FinalBakeTimeInMinutes": self.bake,
        }

    def share(self, minutes: float) -> float:
        """Tell the per cent of the targets that have the configuration after ``minutes``.

        Linear growth adds the factor at even intervals; exponential growth is G·2^N, at intervals that AWS does not
        tell, here even ones. Source: AppConfig user guide, "Working with deployment strategies".
        """
        if minutes >= self.duration:
            return 100.0
        if self.growth == "LINEAR":
            return min(100.0, self.factor * math.floor(minutes * 100 / (self.duration * self.factor)))
        steps = max(1, math.ceil(math.log2(100 / self.factor)))
        done = math.floor(minutes * steps / self.duration)
        return min(100.0, self.factor * 2 ** (done - 1)) if done else 0.0


PREDEFINED: Mapping[str, Strategy] = {
    strategy.id: strategy
    for strategy in (
        Strategy("AppConfig.AllAtOnce", "AppConfig.AllAtOnce", 0, 100, 10),
        Strategy("AppConfig.Linear50PercentEvery30Seconds", "AppConfig.Linear50PercentEvery30Seconds", 1, 50, 1),
        Strategy(
            "AppConfig.Canary10Percent20Minutes", "AppConfig.Canary10Percent20Minutes", 20, 10, 10, "EXPONENTIAL"
        ),
        Strategy("AppConfig.Linear20PercentEvery6Minutes", "AppConfig.Linear20PercentEvery6Minutes", 30, 20, 30),
    )
}
"""Source: AppConfig user guide, "Using predefined deployment strategies"."""
