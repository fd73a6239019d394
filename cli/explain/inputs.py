"""Where requests are compared with the endpoint's baseline, and which steps wait for them, or wait in vain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cli.explain.words import step_name
from cli.quantities import duration
from lambdas.rollout.judge.inputs import ENOUGH
from lambdas.rollout.plan import FULL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.foresight.outlook import Outlook, StepOutlook
    from infra.spec.endpoint import Endpoint


def inputs(endpoint: Endpoint, outlook: Outlook) -> Iterator[str]:
    """Say it in sentences; nothing without a baseline. Steps for a flag's users, and the last, are not compared."""
    if endpoint.baseline is None or endpoint.capture is None:
        return
    compared = [i for i, each in enumerate(outlook.steps) if 0 < each.step.weight < FULL and not each.step.flag]
    if not compared:
        yield f"No step compares requests with {endpoint.baseline}: none deals them to both variants at random."
        return
    names = ", ".join(step_name(outlook, index) for index in compared)
    yield f"What both variants are asked is compared, with {endpoint.baseline} too, at the end of {names}."
    for index in compared:
        step = outlook.steps[index]
        captured = _fewer(step) * endpoint.capture.sample / 100
        if 0 < captured < ENOUGH:
            yield f"{step_name(outlook, index).capitalize()} {_waits(step, captured)}"


def _waits(step: StepOutlook, captured: float) -> str:
    """Say what comes of a step in whose least time so many requests are captured, which are too few."""
    takes = math.ceil(step.least * ENOUGH / captured / 60) * 60
    few = f"in {duration(step.least)} {captured:.2g} are captured on one variant, and {ENOUGH} are needed"
    if takes <= step.step.max_bake:
        return f"lasts about {duration(takes)} until requests can be compared: {few}."
    return (
        f"is too short to compare requests: {few}. It ends as `inconclusive` says."
        f" Fix: max_bake {duration(takes)}, or a larger sample."
    )


def _fewer(step: StepOutlook) -> float:
    """Count the requests of the variant that gets fewer of them."""
    return (step.requests or 0.0) * min(1.0, (FULL - step.step.weight) / step.step.weight)
