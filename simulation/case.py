"""What is simulated."""

from dataclasses import dataclass

from lambdas.rollout.plan import Plan
from simulation.scenario import Scenario
from simulation.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Times:
    """What takes time around a rollout, in seconds.

    ``period``, ``delay`` and ``settle`` are the environment's ``metric_period``, ``metric_delay`` and
    ``function_timeout``; ``weights`` is how long SageMaker takes to serve new weights (AWS does not say), and
    ``approval`` how long a person takes to approve.
    """

    period: float = 60.0
    delay: float = 60.0
    settle: float = 60.0
    weights: float = 60.0
    approval: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """A plan at an endpoint's traffic, in a scenario."""

    plan: Plan
    traffic: Traffic
    scenario: Scenario
    times: Times = Times()
