"""How steps are named to people."""

from cli.quantities import percent
from lambdas.rollout.plan import Step


def named(step: Step) -> str:
    """Name a step by what the canary gets: ``10 %``, ``10 % of staff``, or ``shadow 50 %``."""
    if step.shadow:
        return f"shadow {percent(step.shadow.sample)}"
    return f"{percent(step.weight)} of {step.flag}" if step.flag else percent(step.weight)
