"""The picture of whom bad canaries hurt: how many rollouts cost at most so many bad answers."""

import math

from cli.report.scale import nice_top
from cli.report.shapes import Chart, Label, Line, Rule, Tick, joined, stairs
from cli.simulate.fan import FRAME
from simulation.figures import bad_answers
from simulation.interval import quantile
from simulation.outcome import Outcomes

_TICKS = 5
_MARKS = (("median", 0.5, "end"), ("95 %", 0.95, "start"))


def harm(outcomes: Outcomes) -> Chart:
    """Draw the distribution of the bad answers, with median and 95th percentile; what has no end is not reached."""
    frame, hurt = FRAME, bad_answers(outcomes)
    finite = [number for number in hurt if not math.isinf(number)]
    top = nice_top(max([*finite, 1.0]))
    x, y = frame.across(0.0, top), frame.up(0.0, 1.0)
    reached = [(x(number), y((index + 1) / len(hurt))) for index, number in enumerate(finite)]
    line = stairs([(x(0.0), y(0.0)), *reached])
    end = line[-1][1]
    reckoned = [(name, quantile(hurt, level), anchor) for name, level, anchor in _MARKS]
    marks = [mark for mark in reckoned if not math.isinf(mark[1])]
    return Chart(
        frame=frame,
        summary="The share of rollouts by their bad answers: "
        + ", ".join(f"{name} {number:,.0f}" for name, number, _ in marks),
        x_ticks=tuple(Tick(x(top * i / _TICKS), f"{top * i / _TICKS:,.4g}") for i in range(_TICKS + 1)),
        y_ticks=tuple(Tick(y(share), f"{share:.0%}".replace("%", " %")) for share in (0.0, 0.5, 1.0)),
        rules=tuple(Rule("back", x(number), f"{name}: {number:,.0f} bad answers") for name, number, _ in marks),
        areas=(Line("canary", joined([*line, (x(top), end), (x(top), y(0.0))]) + " Z"),),
        lines=(Line("harm", joined([*line, (x(top), end)])),),
        labels=tuple(
            Label("harm", x(number), frame.top - 9, f"{name} {number:,.0f}", anchor) for name, number, anchor in marks
        ),
    )
