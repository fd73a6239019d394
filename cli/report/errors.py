"""The picture of errors per variant over time."""

from collections.abc import Iterator

from cli.quantities import utc
from cli.report.axis import decision_rules, time_axis, time_scale
from cli.report.counts import Interval, intervals, merged, total
from cli.report.scale import Scale, nice_top
from cli.report.shapes import Chart, Dot, Frame, Label, Line, Tick, apart, joined
from cli.story import Story
from lambdas.rollout.judge.verdict import Arm

_PIXELS_PER_INTERVAL = 12
_ROOM_FOR_COUNTS = 150
"""Pixels right of the plot that totals need; where there are fewer, the rate is told."""
_LOWEST_TOP = 0.01
"""An axis that ends below 1 % would make one error in a thousand look like a catastrophe."""


def errors(story: Story, frame: Frame) -> Chart:
    """Draw each arm's error rate per interval, with its counts as tooltips and totals at the end."""
    limit = max(4, int((frame.width - frame.left - frame.right) / _PIXELS_PER_INTERVAL))
    found = merged(intervals(story), limit)
    x = time_scale(story, frame)
    top = nice_top(max([_LOWEST_TOP, *(arm.rate for i in found for arm in (i.canary, i.stable))]))
    y = frame.up(0, top)
    canary, stable = total(found)
    return Chart(
        frame=frame,
        summary=f"Error rates over time. Errors on canary {canary}, on stable {stable}.",
        x_ticks=time_axis(story, frame),
        y_ticks=tuple(Tick(y(top * part / 4), f"{100 * top * part / 4:g} %") for part in (0, 2, 4)),
        rules=decision_rules(story, frame),
        lines=tuple(Line(look, joined(_points(found, look, x, y))) for look in ("stable", "canary")),
        dots=tuple(_dots(found, x, y)),
        labels=_ends(found, frame, y),
    )


def _arm(interval: Interval, look: str) -> Arm:
    return interval.canary if look == "canary" else interval.stable


def _points(found: tuple[Interval, ...], look: str, x: Scale, y: Scale) -> Iterator[tuple[float, float]]:
    """Place the intervals in which the arm answered requests."""
    for interval in found:
        if _arm(interval, look).total:
            yield _within(x, interval.middle), y(_arm(interval, look).rate)


def _within(x: Scale, at: float) -> float:
    """A period may reach beyond the story's ends."""
    return x(min(max(at, x.low), x.high))


def _dots(found: tuple[Interval, ...], x: Scale, y: Scale) -> Iterator[Dot]:
    for look in ("stable", "canary"):
        for interval in found:
            arm = _arm(interval, look)
            if arm.total:
                title = f"{utc(interval.start)} to {utc(interval.end)}: {look} failed {arm}"
                yield Dot(look, _within(x, interval.middle), y(arm.rate), 3 if arm.bad else 2, title)


def _ends(found: tuple[Interval, ...], frame: Frame, y: Scale) -> tuple[Label, ...]:
    right = frame.width - frame.right + 8
    labels = []
    for look, arm in zip(("canary", "stable"), total(found), strict=True):
        last = next((_arm(i, look).rate for i in reversed(found) if _arm(i, look).total), 0.0)
        counts = f"{arm.bad:,} of {arm.total:,}" if frame.right > _ROOM_FOR_COUNTS else f"{100 * arm.rate:.2f} %"
        labels.append(Label(look, right, y(last) + 4, f"{look} {counts}"))
    return apart(labels, frame)
