"""The table of an endpoint's steps, cell by cell: the same in a terminal and in Markdown."""

from collections.abc import Iterator

from cli.explain.advice import absolute
from cli.explain.words import number, share
from cli.foresight.outlook import Outlook, Sight, StepOutlook
from cli.quantities import duration
from cli.steps import named
from lambdas.rollout.guardrails import Value, Values
from lambdas.rollout.judge.words import higher_is_worse

LEGEND = (
    "Under a guardrail: how bad a canary must be, against stable, to be seen with 90 % power by the step alone (and"
    " with the steps before)."
)
_NOTHING = "-"


def header(outlook: Outlook) -> tuple[str, ...]:
    """Name the columns."""
    plan = ("step", "serves at least", "at most")
    if outlook.traffic is None:
        return plan
    sights = tuple(sight.guardrail.key for sight in outlook.steps[0].sights)
    return (*plan, "canary requests", *sights, "a doubling shows after", "a healthy canary stays")


def rows(outlook: Outlook) -> Iterator[tuple[str, ...]]:
    """Yield a row per step."""
    for step in outlook.steps:
        weight = named(step.step) + (", approved" if step.step.approval else "")
        plan = (weight, duration(step.least), duration(step.step.max_bake))
        yield plan if outlook.traffic is None else (*plan, *_reckoned(step))


def _reckoned(step: StepOutlook) -> tuple[str, ...]:
    return (
        number(step.requests or 0.0) + (" copies" if step.step.shadow else ""),
        *(_sight(sight) for sight in step.sights),
        _NOTHING if step.doubling is None else duration(step.doubling),
        _NOTHING if step.expected is None else duration(step.expected),
    )


def _sight(sight: Sight) -> str:
    alone, by_then = (_times(sight, worse) for worse in (sight.alone, sight.by_then))
    return alone if by_then == alone else f"{alone} ({by_then})"


def _times(sight: Sight, worse: float | None) -> str:
    if worse is None:
        return _NOTHING
    if absolute(sight) and sight.base is not None:
        return share(worse * sight.base)
    return f"÷{worse:.3g}" if _lower(sight) else f"{worse:.3g}x"


def _lower(sight: Sight) -> bool:
    match sight.guardrail:
        case Value() | Values():
            return not higher_is_worse(sight.guardrail)
        case _:
            return False
