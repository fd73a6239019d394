"""The picture of where rollouts were over time: the canary's weight, as a fan of all rollouts."""

import math
from bisect import bisect_right

from cli.quantities import duration, percent
from cli.report.scale import Scale
from cli.report.shapes import Chart, Frame, Label, Line, Tick, joined, stairs
from lambdas.rollout.plan import FULL
from simulation.interval import quantile
from simulation.outcome import End, Outcome, Outcomes

_HEIGHT, _MOMENTS, _ROUND = 170, 240, (60, 300, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400)
_BANDS = ((0.05, 0.95), (0.25, 0.75))
_WEIGHTS = (100, 1_000, 2_500, 5_000, FULL)
FRAME = Frame(960, _HEIGHT, left=66, right=28)


def fan(outcomes: Outcomes) -> Chart:
    """Draw the bands that hold 90 % and 50 % of the rollouts' weights, and the median; ends are held.

    Heights are square roots, so that the small weights of the first steps are seen.
    """
    frame = FRAME
    longest = max(outcome.ended for outcome in outcomes.all)
    x, root = frame.across(0.0, longest), frame.up(0.0, math.sqrt(FULL))
    moments = [longest * index / _MOMENTS for index in range(_MOMENTS + 1)]
    weights = [sorted(_weight(outcome, moment) for outcome in outcomes.all) for moment in moments]

    def line(level: float) -> tuple[tuple[float, float], ...]:
        at_level = (quantile(row, level) for row in weights)
        return stairs((x(moment), root(math.sqrt(weight))) for moment, weight in zip(moments, at_level, strict=True))

    areas = [Line("canary", joined([*line(low), *reversed(line(high))]) + " Z") for low, high in _BANDS]
    counts = {end: outcomes.count(end) for end in End}
    ends = ", ".join(f"{100 * n / len(outcomes.all):.3g} % {end.value}" for end, n in counts.items() if n)
    return Chart(
        frame=frame,
        summary=f"The canary's weight over time in all simulated rollouts; in the end {ends}.",
        x_ticks=time_ticks(x),
        y_ticks=tuple(Tick(root(math.sqrt(weight)), percent(weight)) for weight in _WEIGHTS),
        areas=tuple(areas),
        lines=(Line("canary", joined(line(0.5)), "median"),),
        labels=(Label("step", frame.width - frame.right, frame.top - 9, ends, "end"),),
    )


def time_ticks(x: Scale) -> tuple[Tick, ...]:
    """Put ticks at round durations, eight at most."""
    step = next((size for size in _ROUND if x.high / size <= 8), x.high / 4)
    return tuple(Tick(x(index * step), duration(index * step)) for index in range(int(x.high / step) + 1))


def _weight(outcome: Outcome, moment: float) -> int:
    """Return the weight that was served at a moment; the end lasts."""
    if outcome.end is End.PROMOTED and moment >= outcome.ended:
        return FULL
    return outcome.weights[max(0, bisect_right(outcome.weights, (moment, FULL + 1)) - 1)][1]
