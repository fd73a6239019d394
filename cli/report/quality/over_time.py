"""The picture of how good each variant's answers were over the rollout's time."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from cli.quantities import duration, utc
from cli.report.axis import decision_rules, time_axis, time_scale
from cli.report.page import narrow, wide
from cli.report.quality.arms import NARROW, look, ordered, printable, share
from cli.report.quality.gathered import Gathered
from cli.report.scale import Scale, nice_top
from cli.report.section import Part
from cli.report.shapes import Chart, Dot, Frame, Label, Line, Tick, apart, joined
from cli.story import Story
from lake.slices import Slice

_BESIDE = 4.0
"""Pixels between variants of one slice, so that none hides another's bounds."""
_STEPS = (0.05, 0.1, 0.2)
"""Between ticks of shares; the first one by which there are six at most."""

_Series = Mapping[str, Sequence[tuple[float, Slice]]]
"""A variant's slices, each with the pixel at which it stands."""


def part(story: Story, gathered: Gathered) -> Part:
    """Compose picture and caption; takes one slice or more."""
    what = "Share of labelled answers that were right, with Wilson's 95 % intervals"
    if gathered.schema.predicted.number:
        what = "Mean absolute error of labelled answers, with 95 % intervals by the normal law"
    caption = (
        f"{what}; each slice is {duration(gathered.cut.seconds)} of inferences. An interval holds by itself: about"
        " one in twenty misses what is true. Where a variant has no label there is no dot, and a gap in its line."
        " At the right: the whole rollout."
    )
    charts = over_time(story, gathered, wide(230)), over_time(story, gathered, narrow(210))
    return Part("Quality over time", caption, charts)


def over_time(story: Story, gathered: Gathered, frame: Frame) -> Chart:
    """Draw each variant's figure in each slice with its bounds, and the whole rollout's at the end."""
    number = gathered.schema.predicted.number
    y, ticks = (_errors if number else _shares)(gathered.slices, frame)
    series = _series(story, gathered, frame)
    figures = _whole(gathered)
    return Chart(
        frame=frame,
        summary=f"{'Mean absolute error' if number else 'Share of right answers'} over time, per variant. "
        + ", ".join(f"{_said(name, figure, number=number)} of {rows:,}" for name, (figure, rows) in figures.items())
        + ".",
        x_ticks=time_axis(story, frame),
        y_ticks=ticks,
        rules=decision_rules(story, frame),
        lines=tuple(line for name in series for line in (*_whiskers(series[name], y), _path(series[name], y))),
        dots=tuple(
            Dot(look(name), x, y(each.value), 3, _title(gathered, each))
            for name in series
            for x, each in series[name]
        ),
        labels=_ends(figures, frame, y, number=number),
    )


def _series(story: Story, gathered: Gathered, frame: Frame) -> _Series:
    """Place slices at their middles, variants side by side; at the ends within the frame."""
    x = time_scale(story, frame)
    variants = ordered(each.variant for each in gathered.slices)
    found: dict[str, list[tuple[float, Slice]]] = {name: [] for name in variants}
    for each in gathered.slices:
        beside = (variants.index(each.variant) - (len(variants) - 1) / 2) * _BESIDE
        at = min(max(_middle(gathered.cut.ends(each.number)), x.low), x.high)
        found[each.variant].append((round(min(max(x(at) + beside, x.start), x.end), 2), each))
    return found


def _middle(ends: tuple[datetime, datetime]) -> float:
    begin, end = (moment.timestamp() for moment in ends)
    return (begin + end) / 2


def _shares(slices: Sequence[Slice], frame: Frame) -> tuple[Scale, tuple[Tick, ...]]:
    """Scale shares to what is drawn, in whole steps; an axis of dots need not begin at 0."""
    edges = [edge for each in slices for edge in each.bounds or (each.value,)]
    step = next((step for step in _STEPS if (max(edges) - min(edges)) / step <= 4), _STEPS[-1])
    low = max(0, math.floor(min(edges) / step + 1e-9))
    high = min(round(1 / step), max(math.ceil(max(edges) / step - 1e-9), low + 1))
    low = min(low, high - 1)
    y = frame.up(low * step, high * step)
    return y, tuple(Tick(y(place * step), f"{100 * place * step:.0f} %") for place in range(low, high + 1))


def _errors(slices: Sequence[Slice], frame: Frame) -> tuple[Scale, tuple[Tick, ...]]:
    """Scale errors from 0."""
    top = nice_top(max(edge for each in slices for edge in each.bounds or (each.value,)))
    y = frame.up(0, top)
    return y, tuple(Tick(y(top * place / 4), f"{top * place / 4:g}") for place in (0, 2, 4))


def _whiskers(placed: Sequence[tuple[float, Slice]], y: Scale) -> Iterator[Line]:
    for x, each in placed:
        if each.bounds:
            yield Line(f"whisker {look(each.variant)}", joined((x, y(edge)) for edge in each.bounds))


def _path(placed: Sequence[tuple[float, Slice]], y: Scale) -> Line:
    """Join neighbours; a slice that is not there is a gap."""
    runs = groupby(enumerate(placed), key=lambda item: item[1][1].number - item[0])
    path = " ".join(joined((x, y(each.value)) for _, (x, each) in run) for _, run in runs)
    name = placed[0][1].variant
    return Line(look(name), path, printable(name))


def _title(gathered: Gathered, each: Slice) -> str:
    begin, end = (utc(moment.timestamp()) for moment in gathered.cut.ends(each.number))
    name, whole = printable(each.variant), f"{each.labelled:,} labelled"
    if gathered.schema.predicted.number:
        bounds = f"95 %: {each.bounds[0]:.4g} to {each.bounds[1]:.4g}" if each.bounds else "one is too few for bounds"
        return f"{begin} to {end}: {name} was off by {each.value:.4g} in the mean of {whole} ({bounds})"
    low, high = each.bounds or (0.0, 1.0)
    return f"{begin} to {end}: {name} right in {share(each.value)} of {whole} (95 %: {share(low)} to {share(high)})"


def _whole(gathered: Gathered) -> Mapping[str, tuple[float, int]]:
    """Tell each variant's figure over the whole rollout, and of how many labelled rows it is."""
    figure = "mean_absolute_error" if gathered.schema.predicted.number else "accuracy"
    told = {record["variant"]: record for record in gathered.measured.figures}
    return {name: (told[name][figure], told[name]["labelled"]) for name in ordered(told)}


def _said(name: str, figure: float, *, number: bool) -> str:
    return f"{printable(name)} {f'{figure:.3g}' if number else share(figure)}"


def _ends(figures: Mapping[str, tuple[float, int]], frame: Frame, y: Scale, *, number: bool) -> tuple[Label, ...]:
    right, brief = frame.width - frame.right + 8, frame.width < NARROW
    labels = (
        Label(
            look(name), right, y(figure) + 4, _said(name, figure, number=number) + ("" if brief else f" of {rows:,}")
        )
        for name, (figure, rows) in figures.items()
        if math.isfinite(figure)
    )
    return apart(labels, frame)
