"""Since when the answers of a rollout's variants count for guardrails on their quality."""

import math
from collections.abc import Mapping

from lambdas.rollout.names import CANARY
from lambdas.rollout.state import Rollout


def counted_since(rollout: Rollout) -> Mapping[str, float]:
    """Tell it of each arm, in seconds since the epoch: since the rollout began, infinity for not yet.

    Where the shadow, always the first step, leaves quality to later ones, the canary's answers count once people get
    them. When that began is known while the second step lasts; what is read after it is not a shadow's.
    """
    since = dict.fromkeys(rollout.release.arms, rollout.began)
    shadow = rollout.plan.steps[0].shadow
    if shadow is None or shadow.quality or rollout.step > 1:
        return since
    shown = rollout.serving_since if rollout.step == 1 else None
    return since | {CANARY: math.inf if shown is None else shown}
