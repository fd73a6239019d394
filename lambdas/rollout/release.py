"""What Terraform asked for on one endpoint: the item that a deploy puts into the ledger."""

from dataclasses import dataclass

from lambdas.rollout.names import CANARY, STABLE, pair_and_shape
from lambdas.rollout.plan import Plan

SHADOW, PAIR, BACK = "shadow", "pair", "back"
"""Stages: the canary as a shadow variant beside stable, both as production variants, and both with stable at 100 %:
the second way back."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An endpoint configuration that a rollout goes through: its stage, its shape, and its name in SageMaker."""

    name: str
    shape: str
    config: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """How stable is scaled: requests a minute that an instance is meant to get, and the ``most`` instances."""

    per_instance: float
    most: int


@dataclass(frozen=True, slots=True)
class Challenger:
    """A further model version that only tests serve: its production variant's name, its version, its alarms."""

    name: str
    version: str
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """A deployed pair of model versions with its plan.

    ``pair`` identifies the models (the challengers too) by content and ``shape`` everything else of the endpoint
    configuration (instances, capture, …); both are part of the configuration's name (`lambdas.rollout.names`), so
    that one DescribeEndpoint tells what is live. ``canary`` and ``plan`` are None where nothing is to be rolled out.
    ``shape`` is that of the pair's stage; ``stages`` are empty where there is one configuration only.
    """

    endpoint: str
    stable: str
    canary: str | None
    pair: str
    shape: str
    plan: Plan | None
    alarms: tuple[str, ...]
    """Names of the canary's alarms; any of them in ALARM rolls back."""
    stages: tuple[Stage, ...] = ()
    challengers: tuple[Challenger, ...] = ()
    capacity: Capacity | None = None
    """None where stable's instances are fixed, or may follow its traffic."""

    @property
    def arms(self) -> tuple[str, ...]:
        """Name the production variants that a rollout of it may serve: stable, the canary, then the challengers."""
        return (STABLE, CANARY, *(each.name for each in self.challengers))

    def config(self, stage: str) -> str:
        """Name the configuration of a stage; empty where there is nothing to change between stages."""
        return next((each.config for each in self.stages if each.name == stage), "")

    def owns(self, config: str) -> bool:
        """Tell whether an endpoint configuration is this deploy's own."""
        if self.stages:
            return any(each.config == config for each in self.stages)
        return pair_and_shape(config) == (self.pair, self.shape)
