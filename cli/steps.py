"""How steps are named to people."""

from cli.quantities import percent
from lambdas.rollout.plan import Step


def named(step: Step) -> str:
    """Name a step by what the canary gets: ``10 %``, ``10 % of staff``, ``shadow 50 %`` or ``A/B test 50 %``."""
    if step.shadow:
        return f"shadow {percent(step.shadow.sample)}"
    test = "A/B test " if step.experiment else "bandit from " if step.bandit else ""
    return f"{test}{percent(step.weight)}" + (f" of {step.flag}" if step.flag else "")
