"""Fire drills: a saboteur in the canary's place, to see that it is taken back."""

from dataclasses import dataclass
from typing import Annotated

from infra.spec.model import ModelVersion
from lambdas.rollout.units import SECONDS


@dataclass(frozen=True, slots=True)
class Drill:
    """Lets `serinus drill` deploy a saboteur here: a model version in ``canary`` that is known to be bad.

    Its share of the requests must be back at nothing ``within`` this time of its first ones. Where left out that is
    the budget's time_to_rollback_p95, or else the max_bake of the plan's first step.
    """

    canary: ModelVersion
    within: Annotated[int, SECONDS] | None = None
