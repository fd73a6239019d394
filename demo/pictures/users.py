"""Who has which model, user by user, as the router's own function assigns them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from cli.quantities import percent
from cli.report.shapes import Chart, Frame
from demo.pictures.slots import Bar, Slot, chart
from lambdas.rollout.assignment import Assignment, assign, first, reweigh
from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import Plan

_MANY, _NAMED, _BETWEEN = 40, 5, 0.003
_FRAME = Frame(960, 400, left=84, right=20, bottom=30)


class Moment(NamedTuple):
    """What a document says, and what stands above and below its column."""

    document: Assignment
    name: str
    below: str = ""


def users(moments: Sequence[Moment], flagged: int) -> Chart:
    """Draw a row per user, the first ``flagged`` of whom have the flag, and a column per moment."""
    keys = [f"user-{number}" for number in range(1, _MANY + 1)]
    slots = []
    for document, name, below in moments:
        given = [
            assign(document, key, on=not document.flag or place < flagged) == CANARY for place, key in enumerate(keys)
        ]
        slots.append(Slot(name, below or f"{sum(given)} of {_MANY} users", _column(given)))
    ticks = [(1 - (place + 0.5) / _MANY, key) for place, key in enumerate(keys) if (place + 1) % _NAMED == 0]
    return chart(slots, f"Which of {_MANY} users have the canary, moment by moment.", ticks, _FRAME)


def moments(plan: Plan) -> tuple[Moment, ...]:
    """Write the documents that the steps of a plan publish, one after the other."""
    document, found = first("mortgage", 1, 0), []
    for revision, step in enumerate(plan.steps, start=1):
        document = replace(reweigh(document, {CANARY: step.weight}, revision), flag=step.flag)
        found.append(Moment(document, percent(step.weight) + (f" of {step.flag}" if step.flag else " of everybody")))
    return tuple(found)


def switched(plan: Plan) -> tuple[Moment, ...]:
    """Turn the kill switch on and off again in a plan's last step but one."""
    before = moments(plan)[-2]
    off = Moment(replace(before.document, stable_only=True), "kill switch on")
    return before, off, before._replace(name="off again")


def _column(given: Sequence[bool]) -> tuple[Bar, ...]:
    size = 1 / len(given)
    tops = [1 - place * size for place in range(len(given))]
    return tuple(
        Bar("canary" if canary else "stable", top - size + _BETWEEN, top - _BETWEEN)
        for top, canary in zip(tops, given, strict=True)
    )
