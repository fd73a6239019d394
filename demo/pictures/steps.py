"""What a plan's steps show to whom, as a chart."""

from cli.quantities import duration, percent
from cli.report.shapes import Chart
from demo.pictures.slots import Bar, Slot, chart
from lambdas.rollout.plan import FULL, Plan, Step

_TICKS = tuple((share / 4, percent(share * FULL // 4)) for share in range(5))


def steps(plan: Plan) -> Chart:
    """Draw each step's share: filled where everybody takes part, in outline where only some do, or nobody."""
    return chart(
        tuple(_slot(plan, place, step) for place, step in enumerate(plan.steps)),
        "The canary's share in each step: " + ", ".join(map(_name, plan.steps)) + ".",
        _TICKS,
    )


def _slot(plan: Plan, place: int, step: Step) -> Slot:
    share = step.sees / FULL
    if step.shadow or step.flag:
        bars: tuple[Bar, ...] = (Bar("stable", 0, 1), Bar("shadow", 0, share))
    else:
        bars = (Bar("stable", share, 1), Bar("canary", 0, share))
    least = f"{duration(plan.least(place))} or more"
    return Slot(_name(step), f"after a yes: {least}" if step.approval else least, bars)


def _name(step: Step) -> str:
    if step.shadow:
        return f"shadow of {percent(step.sees)}"
    if step.experiment:
        return f"A/B test at {percent(step.weight)}"
    if step.bandit:
        return f"bandit from {percent(step.weight)}"
    return percent(step.weight) + (f" of {step.flag}" if step.flag else "")
