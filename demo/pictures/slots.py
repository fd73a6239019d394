"""A chart whose columns are stages of equal width, since stages last minutes or weeks."""

from collections.abc import Sequence
from typing import NamedTuple

from cli.report.shapes import Chart, Frame, Label, Line, Tick, joined

FRAME = Frame(960, 230, left=84, right=20, bottom=30)


class Bar(NamedTuple):
    """A share (0 to 1) with its look: ``canary``, ``stable``, or ``shadow`` for an outline."""

    look: str
    low: float
    high: float


class Slot(NamedTuple):
    """A stage: what stands above it, how long it lasts, and its bars."""

    name: str
    lasts: str
    bars: tuple[Bar, ...]


def chart(slots: Sequence[Slot], summary: str, ticks: Sequence[tuple[float, str]], frame: Frame = FRAME) -> Chart:
    """Draw the stages one beside the other; heights are shares of ``frame``, ``ticks`` name some of them."""
    x, y = frame.across(0, len(slots)), frame.up(0, 1)
    areas = []
    for place, slot in enumerate(slots):
        left, right = x(place) + 1, x(place + 1) - 1
        for look, low, high in slot.bars:
            corners = [(left, y(low)), (left, y(high)), (right, y(high)), (right, y(low))]
            areas.append(Line(look, joined(corners) + " Z"))
    return Chart(
        frame=frame,
        summary=summary,
        x_ticks=tuple(Tick(x(place + 0.5), slot.lasts) for place, slot in enumerate(slots)),
        y_ticks=tuple(Tick(y(at), text) for at, text in ticks),
        areas=tuple(areas),
        labels=tuple(
            Label("step", x(place + 0.5), frame.top - 9, slot.name, "middle") for place, slot in enumerate(slots)
        ),
    )
